import { GoTime } from './go/time.ts';
import { isAscii } from './go/utf8.ts';
import { GoSlice } from './value.ts';
import type { Value } from './value.ts';

/*
 * What work is charged, in steps of the order of 10 ns (meter.ts). Everything is charged for what it touches: the
 * characters of a text, the elements of a list, the entries of a map. Rates are those of the worst input that is known;
 * `npm run bench` measures the dearest conditions, test/expression/charges.test.ts attacks them.
 *
 * | what                                     | charged |
 * | ---------------------------------------- | ------- |
 * | a round of a predicate                   | its nodes (emit-predicates.ts) |
 * | `x[i]`, `x[a:b]`, `len(x)` of a text     | going through the text, once for the last two texts (`Meter.bytesOf`) |
 * | the same of a map                        | listing its keys, once a map (`Meter.keysOf`) |
 * | `list[a:b]`, `take`                      | each element copied |
 * | `==`, `!=`, `in`, `uniq` and what uses them | each element, each entry; of two texts of one length their characters |
 * | `<`, `>`, `<=`, `>=`, `sort`, `sortBy`   | each comparison; of two texts what they begin with in common |
 * | a key of a map, `groupBy`, `fromPairs`   | its characters, as hashing takes them |
 * | `+` of texts                             | OPERATOR_STEPS |
 * | `contains`, `startsWith`, `endsWith`     | OPERATOR_STEPS |
 * | `matches`                                | the text times the pattern (go/regexp.ts); a pattern made in the run, its size |
 * | `..`                                     | what goes through it; its size is memory |
 * | calls of methods and functions           | `callSteps` |
 * | builtins                                 | BUILTIN_STEPS, and what they spend as they go, where the arguments do not tell |
 * | `string`, `toJSON` and what prints       | each piece of the text, as it is written (go/text-builder.ts) |
 */

/** An element of a list copied to another. A billion of them would be 8 GB, so this is a bound of memory too. */
export const COPIED_ELEMENT = 0.5;
/** An element compared with a needle, and one compared with that of another list. */
export const COMPARED_ELEMENT = 5;
export const COMPARED_ITEM = 4;
/** Two values compared that are no two numbers, texts or bools: for what they are, before anything in them. */
export const COMPARED_VALUE = 8;
/** Two texts ordered, what they begin with apart. */
export const ORDERED_TEXT = 4;
/** A byte of a text found. */
export const FOUND_BYTE = 12;
/** An entry of a map compared with that of another. */
export const COMPARED_ENTRY = 4;
/** An entry of a map listed, its key apart. */
export const LISTED_ENTRY = 12;
/** A byte of a []byte, which is an object here, made into one of a text. */
export const BYTE_OBJECT = 12;

/** Texts of two lengths differ without a look; shorter ones than this cost nothing that a node does not. */
const SHORT = 32;

/** Whether two texts are the same. */
export function equalSteps(left: string, right: string): number {
  return left.length === right.length && left.length > SHORT ? left.length / 32 : 0;
}

/** Beyond this length JavaScript takes any two texts of one length for candidates, and compares them. */
const LONGEST_HASHED = 16_000;

/** Looking up a key among so many. */
export function keySteps(key: Value, others: number): number {
  if (typeof key !== 'string') return 2;
  if (key.length <= SHORT) return 1;
  return key.length / 4 + (key.length > LONGEST_HASHED ? (others * key.length) / 64 : 0);
}

/** Reading a text as it stands; a text put together of others is made one piece by that. */
function read(text: Value | undefined): number {
  return typeof text === 'string' ? text.length / 24 : 0;
}

/** Going through a text character by character. */
function through(text: Value | undefined, steps: number): number {
  return typeof text === 'string' ? text.length * steps : 0;
}

/** Converting a text in a way that is slower beyond ASCII. */
function convert(text: Value | undefined, ascii: number, beyond: number): number {
  if (typeof text !== 'string') return 0;
  return text.length * (ascii + (isAscii(text) ? 0 : beyond));
}

/**
 * Searching for a part. The shortest ones are compared from every place where their first character stands, longer ones
 * go by the tables of Boyer and Moore, the longest by go/find.ts.
 */
function search(text: Value | undefined, part: Value | undefined): number {
  if (typeof text !== 'string' || typeof part !== 'string') return 0;
  // Parts with an invalid byte are sought in the bytes.
  if (!part.isWellFormed()) return BYTE_BY_BYTE * (text.length + part.length);
  if (part.length > 200) return 0.9 * (text.length + part.length);
  return text.length * (part.length < 2 ? 1 / 16 : part.length < 7 ? 0.65 : 1 / 6);
}

function searchBackwards(text: Value | undefined, part: Value | undefined): number {
  if (typeof text !== 'string' || typeof part !== 'string') return 0;
  if (!part.isWellFormed()) return BYTE_BY_BYTE * (text.length + part.length);
  return part.length <= 8 ? text.length / 3 : 0.75 * (text.length + part.length);
}

/** A character of a text that has to be made into bytes. */
const BYTE_BY_BYTE = 9;

type Steps = number | ((args: readonly Value[]) => number);

/** The steps of a call: of its own, and for each character of the texts that it is given. */
const BUILTIN_STEPS: ReadonlyMap<string, Steps> = new Map<string, Steps>([
  // numbers.ts
  ['len', 2],
  ['type', 10],
  ...each('abs ceil floor round', 10),
  ...each('int float', ([value]) => (typeof value === 'string' ? 30 + value.length * 3 : 3)),
  ...each('bitand bitor bitxor bitnand bitshl bitshr bitushr bitnot', 10),
  // strings.ts
  ['string', 10],
  ['trim', ([text, cutset]) => 20 + read(text) + through(cutset, 10)],
  ...each('trimPrefix trimSuffix', ([text, part]) => 10 + read(text) + through(part, 1 / 16) + escapes(text, part)),
  ...each('upper lower', ([text]) => 18 + convert(text, 1 / 4, 5)),
  ...each('split splitAfter', ([text, separator]) => 10 + read(text) + search(text, separator)),
  ['replace', ([text, part]) => 16 + read(text) + search(text, part)],
  ['repeat', 10],
  ['join', 10],
  ['indexOf', ([text, part]) => 10 + read(text) + search(text, part)],
  ['lastIndexOf', ([text, part]) => 10 + read(text) + searchBackwards(text, part)],
  ...each('hasPrefix hasSuffix', ([text, part]) => 10 + read(text) + through(part, 1 / 16) + escapes(text, part)),
  // aggregates.ts, which spend on each number
  ...each('max min mean median', 10),
  // lists.ts, which spend on each element
  ...each('first last get take reverse uniq concat flatten sort', 10),
  // maps.ts, which spend on each entry
  ...each('keys values toPairs fromPairs', 30),
  // encodings.ts; toJSON spends as it writes, fromJSON where it goes deep
  ['toJSON', 25],
  ['fromJSON', ([text]) => 60 + through(text, 4.5)],
  ['toBase64', ([text]) => 12 + convert(text, 5, 4)],
  ['fromBase64', ([text]) => 10 + through(text, 5)],
  // times.ts
  ['now', 10],
  ['date', (args) => 250 + args.reduce<number>((steps, arg) => steps + through(arg, 16), 0)],
  ['duration', ([text]) => 60 + through(text, 8)],
  ['timezone', ([name]) => 50 + through(name, 1)],
]);

function each(names: string, steps: Steps): readonly (readonly [string, Steps])[] {
  return names.split(' ').map((name) => [name, steps] as const);
}

/** A part with an invalid byte is compared byte by byte. */
function escapes(text: Value | undefined, part: Value | undefined): number {
  if (typeof text !== 'string' || typeof part !== 'string' || part.isWellFormed()) return 0;
  return BYTE_BY_BYTE * (text.length + part.length);
}

/** The steps of a builtin's call, but for what it spends as it goes. Undefined for a name that is none. */
export function builtinSteps(name: string): ((args: readonly Value[]) => number) | undefined {
  const steps = BUILTIN_STEPS.get(name);
  return typeof steps === 'number' ? () => steps : steps;
}

/** A character of two texts put together, and of two whose bytes may make a character together. */
const JOINED = 1 / 16;
const SEAM = 1 / 6;

/** Whether a text begins with a byte that is no part of valid UTF-8. */
function beginsWithByte(text: string): boolean {
  const unit = text.charCodeAt(0);
  return unit >= 0xdc80 && unit <= 0xdcff;
}

/** The steps of the operators on two texts that need any. */
export const OPERATOR_STEPS = {
  /** Texts put together become one piece only when somebody reads them, which is paid here. */
  '+': (left: string, right: string) => 5 + (left.length + right.length) * (beginsWithByte(right) ? SEAM : JOINED),
  /** On top of what its bounds and its bytes take. */
  '[:]': () => 14,
  contains: (text: string, part: string) => 5 + read(text) + search(text, part),
  startsWith: (text: string, part: string) => 5 + read(text) + through(part, 1 / 16) + escapes(text, part),
  endsWith: (text: string, part: string) => 5 + read(text) + through(part, 1 / 16) + escapes(text, part),
  '**': () => 25,
} as const;

/** A time in a zone whose offset changes asks JavaScript's calendar for it. */
const ZONE_STEPS = 800;
const FIXED_ZONE_STEPS = 150;
/** To find where an offset changes takes hundreds or thousands of such questions. */
const ZONE_BOUNDS_STEPS = 1_000_000;

/** The steps of printing a time. */
export function timeSteps({ location }: GoTime): number {
  return location.isFixed ? FIXED_ZONE_STEPS : ZONE_STEPS;
}

/** What the receiver of a method adds to the steps of its call. */
export function receiverSteps(receiver: Value, name: string): number {
  if (!(receiver instanceof GoTime) || receiver.location.isFixed) return 0;
  return name === 'ZoneBounds' ? ZONE_BOUNDS_STEPS : ZONE_STEPS;
}

/** The steps of calling a function, or a method, most of which are those of times. */
export function callSteps(args: readonly Value[], isMethod: boolean): number {
  let steps = isMethod ? 250 : 25;
  for (const arg of args) {
    // Layouts have elements; what is no number is quoted where it is refused.
    if (typeof arg === 'string') steps += arg.length * (isMethod || !isAscii(arg) ? 40 : 1);
    else if (arg instanceof GoSlice && isMethod) steps += BYTE_OBJECT * (arg.items?.length ?? 0);
  }
  return steps;
}
