import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  type CompletionItem,
  createProtocolConnection,
  type Hover,
  type Location,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { buildProgram } from '../inputs/play-input.ts';

const URI = 'file:///work/a.yaml';
const SOURCE = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: a
spec:
  args:
    - name: limit
      value: "0.9"
  metrics:
    - name: errors
      successCondition: len(result) > {{args.limit}}
      nope: 1
`;

const folder = mkdtempSync(join(tmpdir(), 'assay-lsp-'));
let program: string;
beforeAll(async () => {
  program = await buildProgram(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

let server: ChildProcessWithoutNullStreams;
let client: ProtocolConnection;
afterEach(() => {
  client.dispose();
  server.kill();
});

/** The command as an editor starts it, and the connection to it. */
async function begin(): Promise<{ readonly ended: Promise<unknown[]> }> {
  server = spawn(process.execPath, [program, 'lsp', '--stdio', `--clientProcessId=${process.pid}`]);
  client = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  client.listen();
  const ended = once(server, 'exit');
  const result = await client.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  expect(result).toMatchObject({ serverInfo: { name: 'assay' } });
  await client.sendNotification('initialized', {});
  return { ended };
}

test('a session from beginning to end', async () => {
  const { ended } = await begin();
  const published = new Promise<PublishDiagnosticsParams>((resolve) => {
    client.onNotification('textDocument/publishDiagnostics', resolve);
  });
  await client.sendNotification('textDocument/didOpen', {
    textDocument: { uri: URI, languageId: 'yaml', version: 1, text: SOURCE },
  });
  const ask = async <Result>(method: string, line: number, character: number): Promise<Result> =>
    await client.sendRequest(`textDocument/${method}`, { textDocument: { uri: URI }, position: { line, character } });

  const { diagnostics } = await published;
  expect(diagnostics.map(({ code }) => code)).toContain('unknown-field');
  expect(JSON.stringify(await ask<Hover>('hover', 10, 25))).toContain('len(list');
  expect((await ask<CompletionItem[]>('completion', 10, 24)).map(({ label }) => label)).toContain('filter');
  expect(await ask<Location[]>('definition', 10, 48)).toMatchObject([{ uri: URI, range: { start: { line: 6 } } }]);

  expect(await client.sendRequest('shutdown')).toBeNull();
  await client.sendNotification('exit');
  expect(await ended).toEqual([0, null]);
});

test('exit without shutdown: 1', async () => {
  const { ended } = await begin();
  await client.sendNotification('exit');
  expect(await ended).toEqual([1, null]);
});

test('the end of the input ends it', async () => {
  const { ended } = await begin();
  server.stdin.end();
  expect(await ended).toEqual([1, null]);
});
