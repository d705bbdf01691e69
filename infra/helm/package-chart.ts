import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import packageJson from '../../package.json' with { type: 'json' };

const CHART = resolve(import.meta.dirname, '../chart');

/**
 * The chart as `helm package` makes it, but for what differs from one time to the next: files in the order of their
 * names, of no user and no time. The same files and the same Node give the same bytes.
 */
export async function packageChart(folder: string): Promise<Buffer> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    // Helm looks for it first.
    .toSorted((a, b) => Number(b === 'Chart.yaml') - Number(a === 'Chart.yaml') || (a < b ? -1 : 1));
  const tar = pack();
  for (const path of paths) {
    const name = `${packageJson.name}/${path.replaceAll('\\', '/')}`;
    tar.entry({ name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) }, readFileSync(join(folder, path)));
  }
  tar.finalize();
  return gzipSync(await buffer(tar));
}

/** `npm run chart [-- FOLDER]`: packs the chart. Default: dist/chart. */
if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(CHART, '../../dist/chart'));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${packageJson.name}-${packageJson.version}.tgz`);
  writeFileSync(file, await packageChart(CHART));
  console.log(file);
}
