import { Command, Option } from 'commander';
import type { Console } from './console.ts';
import type { ConnectionsCheckOptions } from './connections-check.ts';
import type { ExitCode } from './exit-code.ts';

const HELP = `
Connections say how metric sources are reached: CA, client certificate, credentials, rate (docs/connections.md). They stand
in the file that \`assay serve --settings\` reads, or in the document of a cluster: those \`assay clusters check\` looks at.

Examples:
  assay connections check --settings settings.yaml
  assay connections check metrics --settings settings.yaml --kubeconfig ~/.kube/config`;

const CHECK_HELP = `
Reads what each connection refers to, shows the certificates of its server and until when they hold, and asks it a query
that changes nothing, as a metric would. Secrets of a cluster (secretKeyRef, and those of metrics where a connection has
no keys) are read from that of --kubeconfig.

Exit codes: 0 nothing fails, 1 something does (warnings do not count).`;

/** `assay connections`: how metric sources are reached. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  const connections = new Command('connections')
    .description('Check how metric sources are reached.')
    .helpCommand(false)
    .addHelpText('after', HELP);
  const check = new Command('check')
    .description('Reach each source, log in, and ask it something harmless.')
    .argument('[name]', 'one of them (default: all)')
    .requiredOption('--settings <file>', 'as assay serve has it')
    .option('--kubeconfig <file>', 'cluster whose Secrets are read')
    .option('--context <name>', 'context in the kubeconfig (default: the current one)')
    .addOption(
      new Option('--allow-host <host>', 'as assay serve has it; may be repeated')
        .argParser((text: string, before: readonly string[]) => [...before, text])
        .default([], 'none'),
    )
    .addOption(new Option('-o, --output <form>', 'for people or for scripts').choices(['text', 'json']).default('text'))
    .addHelpText('after', CHECK_HELP)
    .action(async (name: string | undefined, options: ConnectionsCheckOptions) => {
      const { checkNamed } = await import('./connections-check.ts');
      exitWith(await checkNamed(name, options, console));
    });
  return connections.addCommand(check);
}
