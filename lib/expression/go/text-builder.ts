import { FREE } from '../spend.ts';
import type { Spending } from '../spend.ts';
import { GoPanic } from '../value.ts';
import type { Value } from '../value.ts';

/** Go has no limit. Ours keeps nested documents, whose indentation grows with the square of their size, from the heap. */
const MAX_LENGTH = 2 ** 24;

/** Whether a value has no parts, so that it takes no routine to print it. Most values in long lists are. */
export function isScalar(value: Value): boolean {
  return value === null || typeof value !== 'object';
}

/** The steps of a piece, with what it takes to come by it. */
const PIECE_STEPS = 14;

/** Gathers a text piece by piece, each of which is paid for. */
export class TextBuilder {
  readonly meter: Spending;
  private readonly pieces: string[] = [];
  private length = 0;

  constructor(meter: Spending = FREE) {
    this.meter = meter;
  }

  /** @throws GoPanic if the text grows beyond 16 million characters */
  add(piece: string): void {
    this.meter.spend(PIECE_STEPS + piece.length / 4);
    this.length += piece.length;
    if (this.length > MAX_LENGTH) throw new GoPanic('memory budget exceeded');
    this.pieces.push(piece);
  }

  toString(): string {
    return this.pieces.join('');
  }
}
