import { Argument, Command } from 'commander';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const HELP = `
Prints what makes a shell complete commands and options of assay; other words are completed as files.

Examples:
  source <(assay completion bash)     # in ~/.bashrc
  source <(assay completion zsh)      # in ~/.zshrc, after compinit
  assay completion fish > ~/.config/fish/completions/assay.fish`;

/** `assay completion`: a script for a shell, of all that the program has. */
export function command(console: Console, exitWith: (code: ExitCode) => void, program: Command): Command {
  return new Command('completion')
    .description('Print the completion of a shell.')
    .addArgument(new Argument('<shell>', 'for which').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => {
      console.out.write(SCRIPTS[shell](placesIn(program)));
      exitWith(EXIT.ok);
    });
}

/** Where one stands on a command line, and what may come there. */
interface Place {
  /** The commands before: none, `run`, or `clusters add`. */
  readonly path: readonly string[];
  readonly commands: readonly Word[];
  readonly options: readonly Word[];
}

interface Word {
  readonly name: string;
  readonly description: string;
  readonly takesValue: boolean;
}

/** The deepest first: what matches first is meant. */
function placesIn(program: Command): readonly Place[] {
  const below = (at: Command, path: readonly string[]): Place[] => [
    ...at.commands.flatMap((each) => below(each, [...path, each.name()])),
    {
      path,
      commands: at.commands.map((each) => ({
        name: each.name(),
        description: each.description(),
        takesValue: false,
      })),
      options: at.options.flatMap(({ long, description, required }) =>
        long ? [{ name: long, description, takesValue: required }] : [],
      ),
    },
  ];
  return below(program, []);
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

const wordsOf = ({ commands, options }: Place): string =>
  [...commands, ...options].map(({ name }) => name).join(' ') + ' --help';

/** A pattern of `case` for the words after the name of the program. */
function patternOf({ path }: Place): string {
  return path.length === 0 ? '*' : `"${path.join(' ')}"*`;
}

function bash(places: readonly Place[]): string {
  return `_assay() {
  local current=\${COMP_WORDS[COMP_CWORD]} before="\${COMP_WORDS[*]:1:COMP_CWORD-1}" words
  case "$before " in
${places.map((place) => `    ${patternOf(place)}) words="${wordsOf(place)}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _assay assay
`;
}

function zsh(places: readonly Place[]): string {
  return `#compdef assay
_assay() {
  local before="\${words[2,CURRENT-1]}" found
  case "$before " in
${places.map((place) => `    ${patternOf(place)}) found="${wordsOf(place)}" ;;`).join('\n')}
  esac
  compadd -- \${=found}
  _files
}
compdef _assay assay
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.toReversed().flatMap((place) => {
    const seen = place.path.map((name) => `__fish_seen_subcommand_from ${name}`);
    const here = place.path.length === 0 ? '__fish_use_subcommand' : seen.join('; and ');
    return [
      ...place.commands.map(
        ({ name, description }) => `complete -c assay -n '${here}' -a ${name} -d ${quoted(description)}`,
      ),
      ...place.options.map(
        ({ name, description, takesValue }) =>
          `complete -c assay -n '${here}' -l ${name.slice(2)}${takesValue ? ' -r' : ''} -d ${quoted(description)}`,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
