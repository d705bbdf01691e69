import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine, type Figure, formatFigures } from '../test/bench/figures.ts';
import { type BuiltFunction, buildFunctions } from './build-functions.ts';

// `npm run budget`: what the functions weigh and how long they take to load, each time in a fresh process. Fails where
// a limit is passed; by the time only from half as much again, since machines that check it differ, and are shared.
// Every cold start pays for it.

const LIMITS = { bytes: 1_500_000, loadMs: 150, rssBytes: 90_000_000 } as const;
const PROCESSES = 10;
/** Time depends on what else the machine does; size and memory do not. */
const ATTEMPTS = 3;
const TIME_TOLERANCE = 1.5;

/** Medians over some processes. */
interface Load {
  readonly wallMs: number;
  readonly processorMs: number;
  readonly rssBytes: number;
}

const PROBE = `
  const [before, startedMs] = [process.threadCpuUsage(), performance.now()];
  require(process.argv[1]);
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.threadCpuUsage(before);
  console.log(JSON.stringify({ wallMs, processorMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() }));
`;

function measureLoad(path: string): Load {
  const loads = Array.from({ length: PROCESSES }, () => {
    const printed = execFileSync(process.execPath, ['--eval', PROBE, path], { encoding: 'utf8' });
    return JSON.parse(printed) as Load;
  });
  return {
    wallMs: median(loads.map(({ wallMs }) => wallMs)),
    processorMs: median(loads.map(({ processorMs }) => processorMs)),
    rssBytes: median(loads.map(({ rssBytes }) => rssBytes)),
  };
}

function measureQuietLoad(path: string): Load {
  let load = measureLoad(path);
  for (let attempt = 1; attempt < ATTEMPTS && load.wallMs > LIMITS.loadMs; attempt += 1) load = measureLoad(path);
  return load;
}

function figuresOf({ name, path, bytes }: BuiltFunction): Figure[] {
  const { wallMs, processorMs, rssBytes } = measureQuietLoad(path);
  return [
    { name: `${name}: size, minified`, figure: bytes / 1e6, unit: 'MB', limit: LIMITS.bytes / 1e6 },
    { name: `${name}: module load, median of ${PROCESSES}`, figure: wallMs, unit: 'ms', limit: LIMITS.loadMs },
    { name: `${name}: of that, processor time of the main thread`, figure: processorMs, unit: 'ms' },
    {
      name: `${name}: memory after load (RSS)`,
      figure: rssBytes / 1e6,
      unit: 'MB',
      limit: LIMITS.rssBytes / 1e6,
    },
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
}

/** The packages that a function is made of, the heaviest first. */
function describeContents({ name, packages }: BuiltFunction): string {
  const heaviest = [...packages].slice(0, 12).map(([of, bytes]) => `${of} ${Math.round(bytes / 1000)}`);
  return `${name}, in kB: ${heaviest.join(', ')}`;
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
