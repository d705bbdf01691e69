import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Console } from './console.ts';
import { InputError } from './input-error.ts';

/** A text to read documents from, under the name that messages use for it. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

const EXTENSIONS = /\.(ya?ml|json)$/i;

/**
 * Reads files; of folders, all .yaml, .yml and .json files in them at any depth, but not what is hidden or in
 * `node_modules`; `-` is standard input. In the order given, folders by name.
 *
 * @throws InputError for what cannot be read, and for a folder without such files
 */
export async function readSourceFiles(paths: readonly string[], console: Console): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of paths) {
    if (path === '-') files.push({ name: 'standard input', text: await console.readInput() });
    else files.push(...(await readPath(path)));
  }
  return files;
}

async function readPath(path: string): Promise<SourceFile[]> {
  try {
    const found = (await stat(path)).isDirectory() ? await filesBelow(path) : [path];
    if (found.length === 0) throw new InputError(`${path}: no .yaml, .yml or .json file in this folder`);
    return await Promise.all(found.map(async (name) => ({ name, text: await readFile(name, 'utf8') })));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: ${reasonOf(error)}`);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else if (EXTENSIONS.test(entry.name)) found.push(path);
  }
  return found;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'no permission to read it',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
