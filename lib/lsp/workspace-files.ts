import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LONGEST_TEXT } from './edited-text.ts';

/** The files of an editor's folders. What cannot be read counts as not there: an editor is no place to fail for it. */
export interface WorkspaceFiles {
  /** Every YAML file in a folder, at any depth, but not what is hidden or in `node_modules`. */
  readFolder(uri: string): AsyncIterable<WorkspaceFile>;
  /** One file; undefined if there is none, or it is too long to be looked at. */
  readFile(uri: string): Promise<string | undefined>;
}

export interface WorkspaceFile {
  readonly uri: string;
  readonly text: string;
}

/** Files that are looked for in all folders together: who opens a home directory waits no longer. */
export const MOST_FILES = 10_000;
const EXTENSIONS = /\.ya?ml$/i;

/** Those of this machine. */
export const machineFiles: WorkspaceFiles = {
  async *readFolder(uri) {
    const pending = [pathOf(uri)];
    let left = MOST_FILES;
    for (let folder = pending.shift(); folder !== undefined && left > 0; folder = pending.shift()) {
      const entries = folder === '' ? [] : await entriesOf(folder);
      for (const entry of entries) {
        const path = join(folder, entry.name);
        if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
        if (entry.isDirectory()) pending.push(path);
        if (!entry.isFile() || !EXTENSIONS.test(entry.name) || left-- <= 0) continue;
        const text = await readPath(path);
        if (text !== undefined) yield { uri: pathToFileURL(path).href, text };
      }
    }
  },
  readFile: async (uri) => await readPath(pathOf(uri)),
};

/** Empty for what is no file of this machine. */
function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return '';
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

async function readPath(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).size > LONGEST_TEXT ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
