import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const live = new Set<string>();

/** A fresh temporary folder, removed by `removeScratchFolder` or at the latest when this process exits. */
export function createScratchFolder(name: string): string {
  if (live.size === 0) process.once('exit', removeAll);
  const folder = mkdtempSync(join(tmpdir(), `assay-${name}-`));
  live.add(folder);
  return folder;
}

/** Removes a folder that `createScratchFolder` made; a second call does nothing. */
export function removeScratchFolder(folder: string): void {
  if (!live.delete(folder)) return;
  // A server that was just killed may still be writing: try again instead of failing on a folder that is not empty.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  if (live.size === 0) process.off('exit', removeAll);
}

function removeAll(): void {
  for (const folder of live) removeScratchFolder(folder);
}
