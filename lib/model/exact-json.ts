/** A number of JSON with its digits as they were written. `JSON.stringify` writes them as they stand. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** What V8 has and the standard library's types have not yet. @source https://tc39.es/proposal-json-parse-with-source */
interface ExactJson {
  readonly rawJSON: (text: string) => RawNumber;
  readonly isRawJSON: (value: unknown) => value is RawNumber;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
}
const exact = JSON as unknown as ExactJson;

/** The one field whose integers are passed on and never reckoned with: what a web metric sends. */
const FIELD = 'jsonBody';

/**
 * `JSON.parse`, but integers in a `jsonBody` that a float64 cannot hold, and an int64 can, keep their digits as a
 * `RawNumber`: API servers store them exactly, and Argo passes them on.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG_NUMBER.test(text) || !text.includes(`"${FIELD}"`)) return value;
  const all = exact.parse(text, (_key, item, { source }) =>
    typeof item === 'number' && source !== undefined ? (rawInteger(source) ?? item) : item,
  );
  return roundOutside(all, false);
}

const LONG_NUMBER = /\d{16}/;

/** An integer that a float64 would round, with its digits; undefined for any other. */
export function rawInteger(digits: string): RawNumber | undefined {
  if (!/^-?\d+$/.test(digits) || Number.isSafeInteger(Number(digits))) return undefined;
  const integer = BigInt(digits);
  return BigInt.asIntN(64, integer) === integer ? exact.rawJSON(String(integer)) : undefined;
}

export function isRawNumber(value: unknown): value is RawNumber {
  return exact.isRawJSON(value);
}

/** Everywhere else a number is a number. */
function roundOutside(value: unknown, isInside: boolean): unknown {
  if (isRawNumber(value)) return isInside ? value : Number(value.rawJSON);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => roundOutside(item, isInside));
  const fields = Object.entries(value).map(([key, field]) => [key, roundOutside(field, isInside || key === FIELD)]);
  return Object.fromEntries(fields);
}
