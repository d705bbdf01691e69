import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { CommandTable } from './command.ts';
import { type Console, openConsole } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { reportError } from './report-error.ts';

const ABOUT = `
Exit codes:
  0   all is well: the run was successful, the files are good, the condition holds
  1   it is not: the run failed, the files have errors, the condition does not hold
  2   neither: the run ended with Error or Inconclusive, the condition has no answer
  64  the command line or the files cannot be worked with
  69  something that is needed cannot be reached or refuses
  70  a bug in Assay

Environment:
  NO_COLOR     no colours
  ASSAY_DEBUG  where an error comes from`;

/** Runs the command line of this process, and sets what it exits with; also after an error that nobody waits for. */
export async function runThisProcess(commands: CommandTable): Promise<void> {
  const console = openConsole();
  process.on('uncaughtException', (error) => process.exit(reportError(error, console)));
  process.exitCode = await runProgram(process.argv.slice(2), commands, console);
}

/**
 * Runs one command line and reports its errors.
 *
 * @param args  what follows the name of the program
 * @returns     what to exit with
 */
export async function runProgram(args: readonly string[], commands: CommandTable, console: Console): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = describeProgram(console);
  try {
    const words = inCommandersWords(args, commands);
    const name = words[0] ?? '';
    // Completion is of all commands.
    const named = Object.hasOwn(commands, name) && name !== 'completion' ? commands[name] : undefined;
    for (const load of named ? [named] : Object.values(commands)) {
      const file = await load();
      const command = file.command(console, (verdict) => (code = verdict), program);
      const help = `  \`assay ${command.name()} --help\` tells more.`;
      program.addCommand(command.copyInheritedSettings(program).showHelpAfterError(help));
      for (const part of command.commands) part.copyInheritedSettings(command);
    }
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    return reportError(error, console);
  }
}

/** `help`, `help run` and `version`, as other programs have them. */
function inCommandersWords(args: readonly string[], commands: CommandTable): readonly string[] {
  const [first, ...rest] = args;
  if (first === 'version' || first === '-V') return ['--version'];
  if (first !== 'help') return args;
  const [name = ''] = rest;
  return Object.hasOwn(commands, name) || name === '' ? [...rest, '--help'] : [...rest];
}

function describeProgram({ out, err }: Console): Command {
  return new Command('assay')
    .description("Runs Argo Rollouts' analysis: from files on this machine, or for whole clusters.")
    .helpCommand(false)
    .version(packageJson.version, '-v, --version')
    .addHelpText('after', ABOUT)
    .showHelpAfterError('  `assay --help` lists what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, `${err.paint('red', 'assay:')} `)),
      getOutHelpWidth: () => Math.min(out.columns(), 110),
      getErrHelpWidth: () => Math.min(err.columns(), 110),
      getOutHasColors: () => out.isTerminal,
      getErrHasColors: () => err.isTerminal,
    });
}
