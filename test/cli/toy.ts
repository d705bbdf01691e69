import { Command } from 'commander';
import type { CommandFile } from '../../lib/cli/command.ts';
import { EXIT } from '../../lib/cli/exit-code.ts';

/** What a new command brings to lib/cli. */
export const command: CommandFile['command'] = (console, exitWith) =>
  new Command('toy')
    .description('Say how many toys there are.')
    .argument('<toys...>', 'their names')
    .action((toys: readonly string[]) => {
      console.out.write(`${toys.length} toys\n`);
      if (toys.includes('broken')) exitWith(EXIT.failed);
    });
