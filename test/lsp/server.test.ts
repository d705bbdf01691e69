import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import type { CompletionItem, Hover, InitializeResult, PublishDiagnosticsParams } from 'vscode-languageserver';
import type { Finding } from '../../lib/lint/finding.ts';
import { LONGEST_TEXT } from '../../lib/lsp/edited-text.ts';
import type { EditorPorts } from '../../lib/lsp/server.ts';
import { machineFiles } from '../../lib/lsp/workspace-files.ts';
import { anEditor, type Editor } from './editor.ts';

const URI = 'file:///work/a.yaml';
const SOURCE = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: a}
spec:
  metrics:
    - name: errors
`;

let editor: Editor;
afterEach(() => editor.close());

/** Lint that finds the word `bad` wherever it stands. */
const badWords: EditorPorts['lint'] = ({ path, text }) =>
  text.split('\n').flatMap((line, index): Finding[] => {
    const column = line.indexOf('bad') + 1;
    if (column === 0) return [];
    const [start, end] = [
      { line: index + 1, column },
      { line: index + 1, column: column + 3 },
    ];
    const range = { start, end };
    const fix = [{ range, text: 'good' }];
    return [
      { file: path, rule: 'bad', severity: 'warning', path: '', range, message: 'bad', fix, docs: 'docs/lint.md#bad' },
    ];
  });

async function begin(given: Partial<EditorPorts> = {}, params: object = {}): Promise<InitializeResult> {
  editor = anEditor({ lint: badWords, ...given });
  const about = { processId: null, rootUri: null, capabilities: {}, ...params };
  const result: InitializeResult = await editor.client.sendRequest('initialize', about);
  await editor.client.sendNotification('initialized', {});
  return result;
}

/** What the server says of texts, in turn. */
function diagnostics(): PublishDiagnosticsParams[] {
  const heard: PublishDiagnosticsParams[] = [];
  editor.client.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    heard.push(params);
  });
  return heard;
}

const open = async (uri: string, text: string) =>
  await editor.client.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'yaml', version: 1, text },
  });
const change = async (uri: string, version: number, text: string) =>
  await editor.client.sendNotification('textDocument/didChange', {
    textDocument: { uri, version },
    contentChanges: [{ text }],
  });
/** Until all that was sent has been taken, and the timers have gone. */
async function settle(): Promise<void> {
  await editor.client.sendRequest('textDocument/documentSymbol', { textDocument: { uri: 'file:///none.yaml' } });
  editor.timers.run();
  await editor.client.sendRequest('textDocument/documentSymbol', { textDocument: { uri: 'file:///none.yaml' } });
}
const ask = async <Result>(method: string, line: number, character: number, uri = URI): Promise<Result> =>
  await editor.client.sendRequest(`textDocument/${method}`, { textDocument: { uri }, position: { line, character } });

test('says what it can do', async () => {
  const { capabilities, serverInfo } = await begin();
  expect(serverInfo?.name).toBe('assay');
  expect(capabilities).toMatchObject({
    hoverProvider: true,
    definitionProvider: true,
    documentSymbolProvider: true,
    codeActionProvider: { codeActionKinds: ['quickfix', 'source.fixAll.assay'] },
  });
});

test('what is opened is looked through, and what is typed', async () => {
  await begin();
  const heard = diagnostics();
  await open(URI, `${SOURCE}      bad: 1\n`);
  await settle();
  await change(URI, 2, SOURCE);
  await settle();
  expect(heard.map(({ version, diagnostics: found }) => [version, found.length])).toEqual([
    [1, 1],
    [2, 0],
  ]);
  expect(heard[0]?.diagnostics).toMatchObject([
    { source: 'assay', code: 'bad', severity: 2, range: { start: { line: 6, character: 6 } } },
  ]);
});

test('only the last of many changes is looked through', async () => {
  const lint = vi.fn<EditorPorts['lint']>(badWords);
  await begin({ lint });
  await open(URI, SOURCE);
  await settle();
  lint.mockClear();
  for (let version = 2; version < 12; version++) await change(URI, version, `${SOURCE}# bad ${version}\n`);
  const heard = diagnostics();
  await settle();
  expect(lint).toHaveBeenCalledTimes(1);
  expect(heard.map(({ version }) => version)).toEqual([11]);
});

test('what is open beside a change is looked through too, with the others at hand', async () => {
  const lint = vi.fn<EditorPorts['lint']>(badWords);
  await begin({ lint });
  await open(URI, SOURCE);
  await open('file:///work/b.yaml', SOURCE);
  await settle();
  lint.mockClear();
  await change(URI, 2, `${SOURCE}\n`);
  await settle();
  expect(lint.mock.calls.map(([{ path }, { others }]) => [path, others?.map((other) => other.path)])).toEqual([
    [URI, ['file:///work/b.yaml']],
    ['file:///work/b.yaml', [URI]],
  ]);
});

test('what is closed has nothing to be said of', async () => {
  await begin();
  await open(URI, `${SOURCE}bad: 1\n`);
  await settle();
  const heard = diagnostics();
  await editor.client.sendNotification('textDocument/didClose', { textDocument: { uri: URI } });
  await settle();
  expect(heard).toEqual([{ uri: URI, diagnostics: [] }]);
});

test('a link to the documentation, where there is one', async () => {
  await begin({ docs: 'https://example.com/docs/' });
  const heard = diagnostics();
  await open(URI, `${SOURCE}bad: 1\n`);
  await settle();
  expect(heard[0]?.diagnostics[0]?.codeDescription).toEqual({ href: 'https://example.com/docs/lint.md#bad' });
});

test('answers of all sorts about one text', async () => {
  await begin();
  await open(URI, `${SOURCE}      successCondition: len(result) > 0 # bad\n`);
  const hover = await ask<Hover>('hover', 6, 26);
  const completion = await ask<CompletionItem[]>('completion', 5, 8);
  const range = { start: { line: 6, character: 0 }, end: { line: 6, character: 80 } };
  const actions = await editor.client.sendRequest('textDocument/codeAction', {
    textDocument: { uri: URI },
    range,
    context: { diagnostics: [] },
  });
  expect(JSON.stringify(hover.contents)).toContain('len(list');
  expect(completion.map(({ label }) => label)).toContain('provider');
  expect(actions).toMatchObject([
    { title: 'Fix: bad' },
    { title: 'Disable bad here' },
    { kind: 'source.fixAll.assay' },
  ]);
});

test('a text that nobody opened: no answer', async () => {
  await begin();
  expect(await ask('hover', 0, 0)).toBeNull();
});

test('files of the folders count, until they change or go', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-editor-'));
  try {
    mkdirSync(join(folder, 'deep'));
    const path = join(folder, 'deep', 'latency.yml');
    const file = pathToFileURL(path).href;
    writeFileSync(path, SOURCE.replace('name: a', 'name: latency'));
    await begin({ files: machineFiles }, { workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'work' }] });
    await open(URI, `${SOURCE}  templates: [{templateName: latency}]\n`);
    expect(await findTemplate()).toEqual([file]);

    rmSync(path);
    await editor.client.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: file, type: 3 }] });
    expect(await findTemplate()).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Where the template that the text names is. */
const findTemplate = async () => (await ask<readonly { uri: string }[]>('definition', 6, 33)).map(({ uri }) => uri);

const aFolder = (name: string): EditorPorts['files'] => ({
  async *readFolder(uri) {
    yield { uri: `${uri}/latency.yaml`, text: SOURCE.replace('name: a', `name: ${name}`) };
  },
  readFile: async () => undefined,
});

test.each([
  { name: 'the one folder of old editors', params: { rootUri: 'file:///old' } },
  { name: 'folders', params: { rootUri: 'file:///nope', workspaceFolders: [{ uri: 'file:///old', name: 'old' }] } },
])('$name: what is there is found, until the folder is left', async ({ params }) => {
  await begin({ files: aFolder('latency') }, params);
  await open(URI, `${SOURCE}  templates: [{templateName: latency}]\n`);
  expect(await findTemplate()).toEqual(['file:///old/latency.yaml']);

  const event = { removed: [{ uri: 'file:///old/', name: 'old' }], added: [{ uri: 'file:///new', name: 'new' }] };
  await editor.client.sendNotification('workspace/didChangeWorkspaceFolders', { event });
  await settle();
  expect(await findTemplate()).toEqual(['file:///new/latency.yaml']);
});

test('a file that is saved counts as it is, once it is closed', async () => {
  await begin();
  await open('file:///work/latency.yaml', SOURCE.replace('name: a', 'name: latency'));
  await open(URI, `${SOURCE}  templates: [{templateName: latency}]\n`);
  const textDocument = { uri: 'file:///work/latency.yaml' };
  await editor.client.sendNotification('textDocument/didSave', { textDocument });
  await editor.client.sendNotification('textDocument/didClose', { textDocument });
  expect(await findTemplate()).toEqual(['file:///work/latency.yaml']);
});

test('changes of files are asked for, where the editor can tell them', async () => {
  editor = anEditor();
  const asked = new Promise((resolve) => {
    editor.client.onRequest('client/registerCapability', (params: unknown) => resolve(params));
  });
  await editor.client.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
  });
  await editor.client.sendNotification('initialized', {});
  expect(await asked).toMatchObject({ registrations: [{ method: 'workspace/didChangeWatchedFiles' }] });
  await settle();
});

test('the settings of lint come with the editor', async () => {
  const lint = vi.fn<EditorPorts['lint']>(badWords);
  await begin({ lint }, { initializationOptions: { lint: { disable: ['bad', 5], strict: true } } });
  await open(URI, SOURCE);
  await settle();
  expect(lint.mock.calls[0]?.[1].settings).toEqual({ disable: ['bad'], enable: [], strict: true });
});

test('settings that stand beside a file are read when it is opened, and when they change', async () => {
  const lint = vi.fn<EditorPorts['lint']>(badWords);
  let strict = true;
  await begin({ lint, readSettings: async (_uri, given) => ({ ...given, strict }) });
  await open(URI, SOURCE);
  await settle();
  strict = false;
  const changes = [{ uri: 'file:///work/.assay.yaml', type: 2 }];
  await editor.client.sendNotification('workspace/didChangeWatchedFiles', { changes });
  await settle();
  expect(lint.mock.calls.map(([, { settings }]) => settings?.strict)).toEqual([true, false]);
});

async function refuseSettings(): Promise<never> {
  throw new Error('.assay.yaml: no');
}

test('settings that nobody can follow are told, and those of the editor count', async () => {
  const lint = vi.fn<EditorPorts['lint']>(badWords);
  await begin({ lint, readSettings: refuseSettings }, { initializationOptions: { lint: { disable: ['bad'] } } });
  const said: string[] = [];
  editor.client.onNotification('window/showMessage', ({ message }: { message: string }) => void said.push(message));
  await open(URI, SOURCE);
  await settle();
  expect(said).toEqual(['assay: .assay.yaml: no']);
  expect(lint.mock.calls[0]?.[1].settings).toMatchObject({ disable: ['bad'] });
});

test('a bug costs one answer, and is logged', async () => {
  await begin({
    lint() {
      throw new TypeError('x is undefined');
    },
  });
  await open(URI, SOURCE);
  await settle();
  expect(editor.log).toEqual([expect.stringMatching(/^diagnostics: TypeError: x is undefined\n/)]);
  await expect(
    editor.client.sendRequest('textDocument/codeAction', {
      textDocument: { uri: URI },
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [] },
    }),
  ).rejects.toMatchObject({ code: -32603, message: 'x is undefined' });
  expect(await ask<CompletionItem[]>('completion', 5, 8)).not.toHaveLength(0);
});

test('a text that is too long is not looked at, and that is said once', async () => {
  const lint = vi.fn<EditorPorts['lint']>(badWords);
  await begin({ lint });
  const said: string[] = [];
  editor.client.onNotification('window/showMessage', ({ message }: { message: string }) => void said.push(message));
  const long = `${SOURCE}# bad ${'x'.repeat(LONGEST_TEXT)}\n`;
  await open(URI, long);
  await change(URI, 2, `${long}\n`);
  await settle();
  expect(said).toEqual([`assay: ${URI} is longer than ${LONGEST_TEXT} characters; it is not looked at.`]);
  expect(lint).not.toHaveBeenCalled();
  expect(await ask('hover', 0, 0)).toBeNull();
});

test('an answer that is no longer wanted is not worked out', async () => {
  let release: (() => void) | undefined;
  const hold = new Promise<void>((resolve) => (release = resolve));
  const files: EditorPorts['files'] = {
    async *readFolder() {
      await hold;
      yield* [];
    },
    readFile: async () => undefined,
  };
  await begin({ files }, { workspaceFolders: [{ uri: 'file:///work', name: 'work' }] });
  await open(URI, SOURCE);
  const { CancellationTokenSource } = await import('vscode-languageserver/node');
  const source = new CancellationTokenSource();
  const answer = editor.client.sendRequest(
    'textDocument/hover',
    { textDocument: { uri: URI }, position: { line: 1, character: 1 } },
    source.token,
  );
  source.cancel();
  release?.();
  await expect(answer).rejects.toMatchObject({ code: -32800 });
});

test('after shutdown nothing more is looked through', async () => {
  const lint = vi.fn<EditorPorts['lint']>(badWords);
  await begin({ lint });
  await open(URI, SOURCE);
  expect(await editor.client.sendRequest('shutdown')).toBeNull();
  editor.timers.run();
  expect(lint).not.toHaveBeenCalled();
});
