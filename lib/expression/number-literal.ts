import { parseFloat, parseInt } from './go/strconv.ts';
import { GoPanic } from './value.ts';

/** The number that a literal says, or Go's text on why it says none: out of range or malformed. */
export type NumberLiteral =
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'fault'; readonly message: string };

const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;
const PREFIXED = /^0(?:x[0-9a-f]+|o[0-7]+|b[01]+)/i;

/** Reads a number token: decimal, 0x, 0o, 0b, with underscores anywhere; with a dot or an exponent it is a float. */
export function readNumber(token: string): NumberLiteral {
  const text = token.replaceAll('_', '');
  const lower = text.toLowerCase();
  if (lower.startsWith('0x')) return prefixed(text, 'hex');
  if (/[.e]/.test(lower)) return attempt('float', () => ({ kind: 'float', value: parseFloat(text) }));
  if (lower.startsWith('0b')) return prefixed(text, 'binary');
  if (lower.startsWith('0o')) return prefixed(text, 'octal');
  return attempt('integer', () => ({ kind: 'integer', value: parseInt(text) }));
}

/** Go reads digit by digit: what no longer fits is refused before what is no digit is seen. */
function prefixed(text: string, name: string): NumberLiteral {
  return attempt(name, () => {
    const [digits = ''] = PREFIXED.exec(text) ?? [];
    const value = digits === '' ? 0n : BigInt(digits.toLowerCase());
    const isWhole = digits === text;
    if (value > (isWhole ? MAX_INT : MAX_UINT)) throw refusal(text, 'value out of range');
    if (!isWhole) throw refusal(text, 'invalid syntax');
    return { kind: 'integer', value };
  });
}

function refusal(text: string, reason: string): GoPanic {
  return new GoPanic(`strconv.ParseInt: parsing "${text}": ${reason}`);
}

function attempt(name: string, read: () => NumberLiteral): NumberLiteral {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GoPanic)) throw error;
    return { kind: 'fault', message: `invalid ${name} literal: ${error.message}` };
  }
}
