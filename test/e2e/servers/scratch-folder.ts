import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardFolder } from './process-guard.ts';

/** A fresh temporary folder, removed by `removeScratchFolder` or at the latest when this process has ended. */
export function createScratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `assay-${name}-`));
  guardFolder(folder);
  return folder;
}

/** Removes a folder that `createScratchFolder` made; a second call does nothing. */
export function removeScratchFolder(folder: string): void {
  // A server that was just killed may still be writing: try again instead of failing on a folder that is not empty.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
