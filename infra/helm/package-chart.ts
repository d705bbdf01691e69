import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import packageJson from '../../package.json' with { type: 'json' };

const CHART = resolve(import.meta.dirname, '../chart');
const BLOCK = 512;

/**
 * The chart as `helm package` makes it, but for what differs from one time to the next: files in the order of their
 * names, of no user and no time. The same files and the same Node give the same bytes.
 */
export function packageChart(folder: string): Buffer {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    // Helm looks for it first.
    .toSorted((a, b) => Number(b === 'Chart.yaml') - Number(a === 'Chart.yaml') || (a < b ? -1 : 1));
  const entries = paths.flatMap((path) => {
    const content = readFileSync(join(folder, path));
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [header(`${packageJson.name}/${path.replaceAll('\\', '/')}`, content.length), content, padding];
  });
  const archive = gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // The operating system, which gzip notes.
  archive[9] = 255;
  return archive;
}

/** @source the format ustar of POSIX.1-1988 */
function header(path: string, bytes: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(path) > 100) throw new RangeError(`${path} is too long a name for an archive`);
  block.write(path, 0);
  block.write(`${octal(0o644, 7)}${octal(0, 7)}${octal(0, 7)}${octal(bytes, 11)}${octal(0, 11)}`, 100);
  block.write(`${' '.repeat(8)}0`, 148);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}

/** `npm run chart [-- FOLDER]`: packs the chart. Default: dist/chart. */
if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(CHART, '../../dist/chart'));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${packageJson.name}-${packageJson.version}.tgz`);
  writeFileSync(file, packageChart(CHART));
  console.log(file);
}
