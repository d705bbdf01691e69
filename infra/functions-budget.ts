import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine, type Figure, formatFigures } from '../test/bench/figures.ts';
import { type BuiltFunction, buildFunctions, type LazyChunk } from './build-functions.ts';

// `npm run budget`: what the functions weigh and how long they take to load, each time in a fresh process. Fails where
// a limit is passed; by the time only from half as much again, since machines that check it differ. It is processor time
// that has a limit: how long a load takes on a machine that is shared says more of the others.
// Every cold start pays for what it loads; a step that is the first to need a chunk pays for that, once a container. What
// no step needs costs nothing but room in the package, so new engines and providers are chunks (docs/performance.md).

const LIMITS = {
  cold: { bytes: 1_250_000, processorMs: 120, rssBytes: 85_000_000 },
  chunk: { bytes: 300_000, processorMs: 25, rssBytes: 5_000_000 },
  packageBytes: 3_000_000,
} as const;
/** Chunks that are smaller are measured with all others, and not told of. */
const WORTH_TELLING_BYTES = 2000;
const PROCESSES = 5;
/** Time depends on what else the machine does; size and memory do not. */
const ATTEMPTS = 3;
const TIME_TOLERANCE = 1.5;

/** Medians over some processes. */
interface Load {
  readonly wallMs: number;
  readonly processorMs: number;
  /** Of the process; with files loaded before, what was added. */
  readonly rssBytes: number;
}

const PROBE = `
  const [path, ...loadedBefore] = process.argv.slice(1);
  for (const each of loadedBefore) require(each);
  const rssBefore = loadedBefore.length === 0 ? 0 : process.memoryUsage.rss();
  const [before, startedMs] = [process.threadCpuUsage(), performance.now()];
  require(path);
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.threadCpuUsage(before);
  const rssBytes = process.memoryUsage.rss() - rssBefore;
  console.log(JSON.stringify({ wallMs, processorMs: (user + system) / 1000, rssBytes }));
`;

function measureLoad(paths: readonly string[]): Load {
  const loads = Array.from({ length: PROCESSES }, () => {
    const printed = execFileSync(process.execPath, ['--eval', PROBE, ...paths], { encoding: 'utf8' });
    return JSON.parse(printed) as Load;
  });
  return {
    wallMs: median(loads.map(({ wallMs }) => wallMs)),
    processorMs: median(loads.map(({ processorMs }) => processorMs)),
    rssBytes: median(loads.map(({ rssBytes }) => rssBytes)),
  };
}

/** @param paths  the file to load, and what has been loaded before it */
function measureQuietLoad(limitMs: number, ...paths: readonly string[]): Load {
  let load = measureLoad(paths);
  for (let attempt = 1; attempt < ATTEMPTS && load.processorMs > limitMs; attempt += 1) load = measureLoad(paths);
  return load;
}

function figuresOf({ name, path, bytes, packageBytes, lazy }: BuiltFunction): Figure[] {
  const { wallMs, processorMs, rssBytes } = measureQuietLoad(LIMITS.cold.processorMs, path);
  return [
    inMegabytes(`${name}: loaded at a cold start, minified`, bytes, LIMITS.cold.bytes),
    { name: `… its load, median of ${PROCESSES}`, figure: wallMs, unit: 'ms' },
    { name: '… of that, processor time', figure: processorMs, unit: 'ms', limit: LIMITS.cold.processorMs },
    inMegabytes('… memory after it (RSS)', rssBytes, LIMITS.cold.rssBytes),
    inMegabytes('… all that is in the package', packageBytes, LIMITS.packageBytes),
    ...lazy.filter((chunk) => chunk.bytes >= WORTH_TELLING_BYTES).flatMap((chunk) => chunkFigures(chunk, path)),
  ];
}

function chunkFigures({ name, path, bytes }: LazyChunk, entry: string): Figure[] {
  const { processorMs, rssBytes } = measureQuietLoad(LIMITS.chunk.processorMs, path, entry);
  return [
    inMegabytes(`… when needed: ${name}`, bytes, LIMITS.chunk.bytes),
    { name: '… … its load, processor time', figure: processorMs, unit: 'ms', limit: LIMITS.chunk.processorMs },
    inMegabytes('… … memory that it adds', Math.max(rssBytes, 0), LIMITS.chunk.rssBytes),
  ];
}

function inMegabytes(name: string, bytes: number, limit: number): Figure {
  return { name, figure: bytes / 1e6, unit: 'MB', limit: limit / 1e6 };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
}

/** The packages that a cold start loads, the heaviest first. */
function describeContents({ name, packages }: BuiltFunction): string {
  const heaviest = [...packages].slice(0, 12).map(([of, bytes]) => `${of} ${Math.round(bytes / 1000)}`);
  return `${name} at a cold start, in kB: ${heaviest.join(', ')}`;
}

const folder = mkdtempSync(join(tmpdir(), 'assay-functions-'));
try {
  const built = await buildFunctions(folder);
  const figures = built.flatMap(figuresOf);
  console.log(`${describeMachine()}\n\n${formatFigures(figures)}\n\n${built.map(describeContents).join('\n')}`);
  const isBroken = ({ figure, unit, limit = Infinity }: Figure) =>
    figure > limit * (unit === 'ms' ? TIME_TOLERANCE : 1);
  if (figures.some(isBroken)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
