import { readFileSync } from 'node:fs';

// Loaded before a program (`node --import`): its time of day is wrong by as many milliseconds as the file CLOCK_FILE says, from
// one moment to the next, as when somebody sets the machine's clock. Clocks that nobody sets go on.

const { CLOCK_FILE = '' } = process.env;
const RealDate = Date;
let wrongByMs = read();
setInterval(() => (wrongByMs = read()), 100).unref();

function read(): number {
  try {
    return Number(readFileSync(CLOCK_FILE, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: readonly unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [shiftedNow()] : [...args], newTarget) as object,
  apply: () => new RealDate(shiftedNow()).toString(),
  get: (target, name, receiver) => (name === 'now' ? shiftedNow : (Reflect.get(target, name, receiver) as unknown)),
});

function shiftedNow(): number {
  return RealDate.now() + wrongByMs;
}
