import { STRING_SLICE } from '../go-type.ts';
import { sprint } from '../go/sprint.ts';
import {
  byteLength,
  hasPrefix,
  hasSuffix,
  index,
  join,
  lastIndex,
  repeat,
  replace,
  split,
  splitAfter,
  toLower,
  toUpper,
  trim,
  trimPrefix,
  trimSpace,
  trimSuffix,
} from '../go/strings.ts';
import { itemsOf } from '../equal.ts';
import { isAscii } from '../go/utf8.ts';
import { asText, toInt } from '../integers.ts';
import type { Run } from '../run.ts';
import { spendOn } from '../spend.ts';
import { GoPanic, GoSlice, goTypeOf } from '../value.ts';
import type { Value } from '../value.ts';
import { argument } from './builtin.ts';
import type { Builtin } from './builtin.ts';

/** How long a text made here may get; Go has no bound but the machine's memory. */
const MAX_TEXT = 2 ** 24;
const MAX_REPEAT = 1_000_000n;

function text(args: readonly Value[], at: number): string {
  return asText(argument(args, at));
}

/** A function of texts, whose cost is that of going through them once. */
function ofTexts(count: number, compute: (...texts: string[]) => Value): Builtin {
  return (args, run) => {
    const texts: string[] = [];
    for (let at = 0; at < count; at++) texts.push(spent(text(args, at), run));
    return compute(...texts);
  };
}

function spent(value: string, run: Run): string {
  run.spend(value.length / 2);
  return value;
}

/** A number of times; what is beyond any list's length counts as endless. */
function times(value: Value): number {
  const wanted = toInt(value);
  return wanted > 2n ** 31n ? -1 : Number(wanted);
}

/** Beyond ASCII it goes letter by letter. */
function ofLetters(convert: (text: string) => string): Builtin {
  return (args, run) => {
    const whole = spent(text(args, 0), run);
    if (!isAscii(whole)) run.spend(12 * whole.length);
    return convert(whole);
  };
}

function trimmed(args: readonly Value[]): string {
  return args.length === 1 ? trimSpace(text(args, 0)) : trim(text(args, 0), text(args, 1));
}

/** A blank where no prefix or suffix is given. */
function trimmedBy(cut: (text: string, part: string) => string): Builtin {
  return (args, run) => {
    const part = args.length === 2 ? text(args, 1) : ' ';
    return cut(spent(text(args, 0), run), part);
  };
}

function splitBy(cut: (text: string, separator: string, n: number) => string[] | null): Builtin {
  return (args, run) => {
    const whole = spent(text(args, 0), run);
    const separator = text(args, 1);
    const parts = cut(whole, separator, args.length === 3 ? times(argument(args, 2)) : -1);
    run.spend(4 * (parts?.length ?? 0));
    return new GoSlice(STRING_SLICE, parts);
  };
}

function replaced(args: readonly Value[], run: Run): string {
  const [whole, part, by] = [spent(text(args, 0), run), text(args, 1), text(args, 2)];
  const most = args.length === 4 ? times(argument(args, 3)) : -1;
  const found = part === '' ? whole.length + 1 : whole.length / part.length;
  if (found * by.length > MAX_TEXT) throw new GoPanic('memory budget exceeded');
  run.spend(4 * found);
  return replace(whole, part, by, most);
}

function repeated(args: readonly Value[], run: Run): string {
  const unit = text(args, 0);
  const wanted = toInt(argument(args, 1));
  if (wanted < 0n) throw new GoPanic(`invalid argument for repeat (expected positive integer, got ${wanted})`);
  if (wanted > MAX_REPEAT) throw new GoPanic('memory budget exceeded');
  run.grow(byteLength(unit) * Number(wanted));
  return repeat(unit, Number(wanted));
}

function joined(args: readonly Value[], run: Run): string {
  const glue = args.length === 2 ? text(args, 1) : '';
  const [list = null] = args;
  const type = goTypeOf(list);
  if (type?.text !== '[]string' && type?.text !== '[]interface {}') {
    throw new GoPanic(`invalid argument for join (type ${type?.text ?? '%!s(<nil>)'})`);
  }
  const parts = itemsOf(list).map(asText);
  let size = glue.length * parts.length;
  for (const part of parts) size += part.length;
  if (size > MAX_TEXT) throw new GoPanic('memory budget exceeded');
  run.spend(2 * parts.length + size / 4);
  return join(parts, glue);
}

function printed(args: readonly Value[], run: Run): string {
  const value = argument(args, 0);
  spendOn(value, run);
  return sprint(value);
}

/** @source builtin/builtin.go of expr-lang/expr */
export const STRING_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['string', printed],
  ['trim', trimmed],
  ['trimPrefix', trimmedBy(trimPrefix)],
  ['trimSuffix', trimmedBy(trimSuffix)],
  ['upper', ofLetters(toUpper)],
  ['lower', ofLetters(toLower)],
  ['split', splitBy(split)],
  ['splitAfter', splitBy(splitAfter)],
  ['replace', replaced],
  ['repeat', repeated],
  ['join', joined],
  ['indexOf', ofTexts(2, (whole = '', part = '') => BigInt(index(whole, part)))],
  ['lastIndexOf', ofTexts(2, (whole = '', part = '') => BigInt(lastIndex(whole, part)))],
  ['hasPrefix', ofTexts(2, (whole = '', part = '') => hasPrefix(whole, part))],
  ['hasSuffix', ofTexts(2, (whole = '', part = '') => hasSuffix(whole, part))],
];
