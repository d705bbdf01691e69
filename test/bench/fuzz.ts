import { availableParallelism } from 'node:os';
import { fuzz, type FuzzProgress } from '../hostile/fuzz.ts';

// Any objects beside innocents, as many as wanted and by any seed; ends with 1 where somebody noticed.

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
