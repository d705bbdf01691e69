import { PassThrough } from 'node:stream';
import {
  createConnection,
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { EditedText } from '../../lib/lsp/edited-text.ts';
import { type EditorPorts, serveEditor } from '../../lib/lsp/server.ts';
import { Workspace } from '../../lib/lsp/workspace.ts';
import type { WorkspaceFiles } from '../../lib/lsp/workspace-files.ts';
import { lintText } from '../../lib/lint/lint-text.ts';
import type { Timers } from '../../lib/model/timers.ts';

/** A text in which `|` stands for the cursor. */
export interface Marked {
  readonly text: EditedText;
  readonly offset: number;
}

/** `┃` stands for the cursor, since YAML needs the bar. */
export function marked(source: string, uri = 'file:///work/edited.yaml'): Marked {
  const offset = source.indexOf('┃');
  if (offset < 0) throw new Error('the text has no cursor ┃');
  return { text: new EditedText(uri, source.replace('┃', '')), offset };
}

/** A workspace with a text open in it, and files beside it. */
export function aWorkspace(open: EditedText, files: Readonly<Record<string, string>> = {}): Workspace {
  const workspace = new Workspace();
  workspace.setOpen(open);
  for (const [uri, text] of Object.entries(files)) workspace.setFile(uri, text);
  return workspace;
}

/** Timers that go when they are told to. */
export interface FakeTimers extends Timers {
  /** Lets everything happen that is due, and what that makes due at once. */
  run(): void;
}

export function fakeTimers(): FakeTimers {
  const waiting = new Set<() => void>();
  return {
    nowMs: () => 0,
    after(_delayMs, call) {
      waiting.add(call);
      return () => waiting.delete(call);
    },
    run() {
      for (const call of waiting) {
        waiting.delete(call);
        call();
      }
    },
  };
}

export interface Editor {
  readonly client: ProtocolConnection;
  readonly timers: FakeTimers;
  /** What the server logged. */
  readonly log: string[];
  close(): void;
}

/** A client and a server, connected in memory; timers are fake, so findings come when `timers.run()` says so. */
export function anEditor(given: Partial<EditorPorts> = {}): Editor {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const timers = fakeTimers();
  const server = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  serveEditor(server, {
    lint: lintText,
    files: noFiles,
    readSettings: async (_uri, settings) => settings,
    timers,
    version: '0.0.0',
    ...given,
  });
  const client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const log: string[] = [];
  client.onNotification('window/logMessage', ({ message }: { message: string }) => void log.push(message));
  client.listen();
  return {
    client,
    timers,
    log,
    close() {
      client.dispose();
      server.dispose();
    },
  };
}

/** A machine without files. */
export const noFiles: WorkspaceFiles = {
  async *readFolder() {
    yield* [];
  },
  readFile: async () => undefined,
};
