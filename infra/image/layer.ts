import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { ImageFile } from './image-file.ts';

/** A layer of an image: the same files give the same bytes. */
export interface Layer {
  /** Packed, as it is stored. */
  readonly blob: Buffer;
  /** `sha256:…` of it as a tar file, which configurations name. */
  readonly diffId: string;
  /** Of what is in it. */
  readonly unpackedBytes: number;
}

/** Long ago, so that it is the same at any time. */
const MODIFIED = new Date(0);

/** Packs files, all of them root's, which nobody may write: in the order of their names, with no times. */
export async function makeLayer(files: readonly ImageFile[]): Promise<Layer> {
  const tar = pack();
  const owner = { uid: 0, gid: 0, mtime: MODIFIED };
  for (const name of foldersOf(files)) tar.entry({ ...owner, name: `${name}/`, type: 'directory', mode: 0o755 });
  for (const { path: name, link, content = Buffer.alloc(0), isProgram } of files.toSorted(byPath)) {
    if (link === undefined) tar.entry({ ...owner, name, mode: isProgram === true ? 0o555 : 0o444 }, content);
    else tar.entry({ ...owner, name, type: 'symlink', linkname: link, mode: 0o777 });
  }
  tar.finalize();
  const bytes = await buffer(tar);
  const unpackedBytes = files.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  return { blob: await promisify(gzip)(bytes), diffId: digestOf(bytes), unpackedBytes };
}

/** `sha256:…` */
export function digestOf(bytes: string | Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function byPath({ path: a }: ImageFile, { path: b }: ImageFile): number {
  return a < b ? -1 : Number(a > b);
}

/** All that files are in, the outer before the inner. */
function foldersOf(files: readonly ImageFile[]): readonly string[] {
  const above = (path: string): string[] => {
    const folder = dirname(path);
    return folder === '.' ? [] : [...above(folder), folder];
  };
  return [...new Set(files.flatMap(({ path }) => above(path)))].toSorted();
}
