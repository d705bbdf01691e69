import { availableParallelism } from 'node:os';
import fc from 'fast-check';
import { anyObject } from './any-object.ts';
import { besideInnocents } from './beside-innocents.ts';

/** How far it has come. */
export interface FuzzProgress {
  readonly objects: number;
  /** Of those, what the API server took. */
  readonly made: number;
  readonly largestStatus: number;
  /** Each with the seed of its batch. */
  readonly faults: readonly string[];
}

const BATCH = 500;

/** Batches of whole objects, one world each; the seed of a batch is `seed` and its number, so that one can be had again. */
export async function fuzz(
  objects: number,
  seed: number,
  onBatch: (progress: FuzzProgress) => void = () => {},
): Promise<FuzzProgress> {
  let progress: FuzzProgress = { objects: 0, made: 0, largestStatus: 0, faults: [] };
  for (let batch = 0; progress.objects < objects; batch += 1) {
    const batchSeed = seed + batch;
    const size = Math.min(BATCH, objects - progress.objects);
    const went = await besideInnocents(fc.sample(anyObject, { numRuns: size, seed: batchSeed }));
    progress = {
      objects: progress.objects + size,
      made: progress.made + went.made,
      largestStatus: Math.max(progress.largestStatus, went.largestStatus),
      faults: [...progress.faults, ...went.faults.map((fault) => `seed ${batchSeed}, ${size} objects: ${fault}`)],
    };
    onBatch(progress);
  }
  return progress;
}

async function main(): Promise<void> {
  const [count = '10000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
  console.log(`${count} objects with seed ${seed}; ${availableParallelism()} processors, of which this takes one`);
  const begun = performance.now();
  let told = begun;
  const say = ({ objects, made, largestStatus, faults }: FuzzProgress): void => {
    const seconds = (performance.now() - begun) / 1000;
    const rate = Math.round(objects / seconds);
    const figures = `${objects} objects, ${made} taken, ${rate} a second, largest status ${largestStatus}`;
    console.log(`${Math.round(seconds)} s: ${figures}, ${faults.length} faults`);
  };
  let known = 0;
  const went = await fuzz(Number(count), Number(seed), (progress) => {
    for (const fault of progress.faults.slice(known)) console.log(fault);
    known = progress.faults.length;
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    say(progress);
  });
  say(went);
  process.exitCode = went.faults.length > 0 ? 1 : 0;
}

if (import.meta.main) await main();
