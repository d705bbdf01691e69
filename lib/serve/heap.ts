import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const MEBIBYTE = 1024 * 1024;

interface HeapOptions {
  readonly growsBy?: number;
  readonly youngMb?: number;
}

/**
 * Fits V8 to a process that does little, all the time, and for long. Left alone, it lets garbage pile up on a large
 * machine: with 500 runs 290 MB, of which a seventh is alive. Collected more eagerly it is 175 MB; with a young
 * generation large enough for what a wave of steps leaves behind, that costs no more (`npm run bench:serve`).
 *
 * @param growsBy  percent that may be added to what is alive before it is collected; Rollouts, of which each version lives
 *                 until the next, want more (`npm run bench:rollouts`)
 * @param youngMb  of the young generation, in MiB; a step of a Rollout leaves more behind, too
 */
export function tuneHeap({ growsBy = 30, youngMb = 8 }: HeapOptions = {}): void {
  setFlagsFromString(`--heap-growing-percent=${growsBy}`);
  // The last tier of compiling pays for loops, which have a threshold of their own, and not for waves of I/O.
  setFlagsFromString('--invocation-count-for-turbofan=30000');
  growYoungGeneration(youngMb * MEBIBYTE);
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Its size can be set when a process begins, or grown into: by objects that live through collections. */
function growYoungGeneration(wantedBytes: number): void {
  for (let round = 0; round < 20 && youngBytes() < wantedBytes; round += 1) {
    Array.from({ length: 40_000 }, (_, index) => ({ index }));
  }
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? Infinity;
}
