import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LONGEST_TEXT } from '../../lib/lsp/edited-text.ts';
import { machineFiles, type WorkspaceFile } from '../../lib/lsp/workspace-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-workspace-'));
  const files = {
    'a.yaml': 'a',
    'deep/er/b.YML': 'b',
    'c.txt': 'no YAML',
    'node_modules/d.yaml': 'of others',
    '.git/e.yaml': 'hidden',
    'long.yaml': 'x'.repeat(LONGEST_TEXT + 1),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function filesIn(uri: string): Promise<WorkspaceFile[]> {
  const files: WorkspaceFile[] = [];
  for await (const file of machineFiles.readFolder(uri)) files.push(file);
  return files;
}

test('YAML files at any depth, but not those of others, hidden or too long ones', async () => {
  const found = await filesIn(pathToFileURL(folder).href);
  expect(found.map(({ uri, text }) => [uri.slice(pathToFileURL(folder).href.length + 1), text])).toEqual([
    ['a.yaml', 'a'],
    ['deep/er/b.YML', 'b'],
  ]);
});

test.each(['untitled:Untitled-1', 'file:///nowhere/at/all', 'http://example.com/a.yaml', 'nonsense'])(
  '%s: no files',
  async (uri) => {
    expect(await filesIn(uri)).toEqual([]);
    expect(await machineFiles.readFile(uri)).toBeUndefined();
  },
);
