import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Console } from './console.ts';
import type { ExitCode } from './exit-code.ts';

const HELP = `
Started by an editor, not by a person: speaks the Language Server Protocol on standard input and output. Findings of
\`assay lint\` while you type, with fixes; what fields, functions and arguments are; what could stand where you type;
from the name of a template or an argument to where it is defined.

How to set up VS Code, Neovim, Helix, Emacs and Zed: docs/editor.md.

Ends with 0 after shutdown and exit, with 1 when the editor is gone without them.`;

/** `assay lsp`: answers an editor. */
export function command(_console: Console, _exitWith: (code: ExitCode) => void): Command {
  return (
    new Command('lsp')
      .description('Serve an editor: findings, explanations and completion for analysis documents.')
      .addOption(new Option('--stdio', 'as many editors say; there is no other way'))
      // Clients made with VS Code's library say it; at `initialize` they say it again.
      .addOption(new Option('--clientProcessId <id>', 'process of the editor').hideHelp())
      .addHelpText('after', HELP)
      .action(serve)
  );
}

/** What serves is loaded only now: `assay --help` has no use for it. */
async function serve(): Promise<void> {
  const [{ serveStdio }, { machineFiles }, { lintText }, { systemTimers }, { settingsReader }] = await Promise.all([
    import('../lsp/stdio.ts'),
    import('../lsp/workspace-files.ts'),
    import('../lint/lint-text.ts'),
    import('../queues/system-timers.ts'),
    import('./lint-settings.ts'),
  ]);
  serveStdio({
    lint: lintText,
    files: machineFiles,
    timers: systemTimers,
    async readSettings(uri, given) {
      const source = { path: uri.startsWith('file:') ? fileURLToPath(uri) : uri, text: '' };
      return (await settingsReader([source], given))(source);
    },
    version: packageJson.version,
    docs: docsFolder(),
  });
}

/** The documentation beside the sources, or beside the bundle, if it is there. */
function docsFolder(): string | undefined {
  const folder = new URL('../../docs/', import.meta.url);
  return existsSync(new URL('lint.md', folder)) ? folder.href : undefined;
}
