import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where they stand, beside the files. */
export const CHECKSUMS = 'SHA256SUMS';

/** The SHA-256 of each file of a folder, as `sha256sum --check` reads them; in the order of their names. */
export function checksumsOf(folder: string): string {
  const files = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isFile() && one.name !== CHECKSUMS);
  const lines = files
    .map(({ name }) => name)
    .toSorted()
    .map((name) => {
      const digest = createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex');
      return `${digest}  ${name}\n`;
    });
  if (lines.length === 0) throw new Error(`${folder} has no files`);
  return lines.join('');
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? 'dist/release');
  writeFileSync(join(folder, CHECKSUMS), checksumsOf(folder));
  console.log(join(folder, CHECKSUMS));
}
