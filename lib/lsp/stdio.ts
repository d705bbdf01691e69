import { createConnection } from 'vscode-languageserver/node';
import { type EditorPorts, serveEditor } from './server.ts';

/**
 * Serves the editor at the other end of standard input and output. The process ends as the protocol says: with 0 after
 * `shutdown` and `exit`, with 1 at an `exit` without `shutdown`, when the input ends, or when the editor that named its
 * process at `initialize` is gone.
 */
export function serveStdio(ports: EditorPorts): void {
  serveEditor(createConnection(process.stdin, process.stdout), ports);
}
