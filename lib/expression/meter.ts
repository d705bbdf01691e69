import { FOUND_BYTE } from './charges.ts';
import { ByteIndex } from './go/byte-index.ts';
import { isAscii } from './go/utf8.ts';
import { GoPanic } from './value.ts';

/** Go's bound on what ranges, lists and maps hold together. */
const MEMORY_BUDGET = 1_000_000;
/**
 * How many small operations one evaluation may take: about 40 ms of the dearest (`npm run bench`). Go has no such bound,
 * but one on memory: what runs once over the million elements that it allows must still end.
 */
const STEP_BUDGET = 5_200_000;
/** So many steps lie between two looks at the clock. */
const STEPS_BETWEEN_LOOKS = 1000;
/**
 * How long an evaluation may take by the clock, whatever it was charged: forty times what the steps allow for, since
 * machines are busy and a condition that ends too early is a wrong verdict.
 */
const MOST_MILLISECONDS = 2000;
/** More between two looks counts as this much: a clock that was set, a machine that slept. */
const LONGEST_PAUSE_MILLISECONDS = 200;

const ADVICE = '; look at less of the result, or at fewer elements';

/** What time it is. */
export type Clock = () => Date;

/** The texts and maps last met whose insides are known. */
const KEPT = 2;
/** What a character of a text takes whose characters are not bytes. */
const BEYOND_ASCII = 1;
/** The same of a short text, all of it. */
const SHORT_BEYOND_ASCII = 12;
/** Texts up to this length are measured each time. */
const SHORT = 32;

/** Counts what an evaluation uses up, and ends it by a GoPanic where that is too much. */
export class Meter {
  readonly #clock: Clock | undefined;
  readonly #texts: ByteIndex[] = [];
  readonly #keys = new WeakMap<object, readonly string[]>();
  #memory = 0;
  #steps = 0;
  /** Where the next look is due: at the clock, or at the end of the budget. */
  #nextLook: number;
  #lastMs = 0;
  #spentMs = 0;

  /** @param clock  what bounds the time; without one only the steps do */
  constructor(clock?: Clock) {
    this.#clock = clock;
    this.#nextLook = clock === undefined ? STEP_BUDGET : 0;
  }

  /** The steps spent so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Notes that a list or map of so many elements was made. */
  grow(size: number): void {
    if (this.isTooMuch(size)) throw new GoPanic('memory budget exceeded');
    this.#memory += size;
  }

  /** The same for one that is filled element by element. */
  make(size: number): void {
    this.grow(size);
    this.spend(4 * size);
  }

  /** Whether a list or map of so many elements would be one too many. */
  isTooMuch(size: number): boolean {
    return this.#memory + size >= MEMORY_BUDGET;
  }

  /** Notes so many operations, each of the order of 10 ns. Called before they are done. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#nextLook) this.#look();
  }

  #look(): void {
    if (this.#steps > STEP_BUDGET) throw new GoPanic(`step budget exceeded: more than ${STEP_BUDGET} steps${ADVICE}`);
    if (this.#clock === undefined) return;
    const nowMs = this.#clock().getTime();
    const passedMs = this.#nextLook === 0 ? 0 : nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    this.#spentMs += Math.min(Math.max(passedMs, 0), LONGEST_PAUSE_MILLISECONDS);
    if (this.#spentMs > MOST_MILLISECONDS)
      throw new GoPanic(`time budget exceeded: more than ${MOST_MILLISECONDS} ms${ADVICE}`);
    this.#nextLook = Math.min(this.#steps + STEPS_BETWEEN_LOOKS, STEP_BUDGET);
  }

  /** Where the bytes of a text are. Charged for going through the text, unless it is one of the last few. */
  bytesOf(text: string): ByteIndex {
    if (text.length <= SHORT) {
      this.spend(2 + text.length / 4);
      const bytes = new ByteIndex(text);
      if (bytes.length > text.length) this.spend(SHORT_BEYOND_ASCII);
      return bytes;
    }
    this.spend(FOUND_BYTE + text.length / 128);
    const at = this.#texts.findIndex((known) => known.text === text);
    const known = this.#texts[at];
    if (known !== undefined) {
      if (at > 0) this.#texts.unshift(...this.#texts.splice(at, 1));
      return known;
    }
    this.spend(text.length / 8);
    if (!isAscii(text)) this.spend(text.length * BEYOND_ASCII);
    const bytes = new ByteIndex(text);
    this.#texts.unshift(bytes);
    if (this.#texts.length > KEPT) this.#texts.pop();
    return bytes;
  }

  /** The keys of an object that stands for a map. Charged for listing them once. */
  keysOf(map: object): readonly string[] {
    const known = this.#keys.get(map);
    if (known !== undefined) return known;
    const keys = Object.keys(map);
    this.spend(12 * keys.length);
    if (keys.length > SHORT) this.#keys.set(map, keys);
    return keys;
  }
}
