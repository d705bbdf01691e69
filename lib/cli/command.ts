import type { Command } from 'commander';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-code.ts';

/** What the file of a command exports. */
export interface CommandFile {
  /**
   * Describes the command: name, arguments, options, help, and the action that does it. `program` has all commands by the
   * time of the action, where they are loaded.
   */
  command(console: Console, exitWith: (code: ExitCode) => void, program: Command): Command;
}

/** The commands by name; each file is loaded when it is needed, so that small commands start fast. */
export type CommandTable = Readonly<Record<string, () => Promise<CommandFile>>>;
