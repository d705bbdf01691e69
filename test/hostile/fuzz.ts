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
