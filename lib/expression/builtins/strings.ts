import { STRING_SLICE } from '../go-type.ts';
import { sprint } from '../go/sprint.ts';
import {
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
import { asText, toInt } from '../integers.ts';
import type { Run } from '../run.ts';
import { GoPanic, GoSlice, goTypeOf } from '../value.ts';
import type { Value } from '../value.ts';
import { argument } from './builtin.ts';
import type { Builtin } from './builtin.ts';

const MAX_REPEAT = 1_000_000n;

function text(args: readonly Value[], at: number): string {
  return asText(argument(args, at));
}

function ofTexts(compute: (whole: string, part: string) => Value): Builtin {
  return (args) => compute(text(args, 0), text(args, 1));
}

function positionOf(find: typeof index): Builtin {
  return (args, run) => {
    const whole = text(args, 0);
    return BigInt(find(whole, text(args, 1), run.bytesOf(whole)));
  };
}

/** A number of times; what is beyond any list's length counts as endless. */
function times(value: Value): number {
  const wanted = toInt(value);
  return wanted > 2n ** 31n ? -1 : Number(wanted);
}

function ofLetters(convert: (text: string) => string): Builtin {
  return (args) => convert(text(args, 0));
}

function trimmed(args: readonly Value[], run: Run): string {
  return args.length === 1 ? trimSpace(text(args, 0), run) : trim(text(args, 0), text(args, 1), run);
}

/** A blank where no prefix or suffix is given. */
function trimmedBy(cut: (text: string, part: string) => string): Builtin {
  return (args) => {
    const part = args.length === 2 ? text(args, 1) : ' ';
    return cut(text(args, 0), part);
  };
}

function splitBy(cut: typeof split): Builtin {
  return (args, run) => {
    const most = args.length === 3 ? times(argument(args, 2)) : -1;
    return new GoSlice(STRING_SLICE, cut(text(args, 0), text(args, 1), most, run));
  };
}

function replaced(args: readonly Value[], run: Run): string {
  const most = args.length === 4 ? times(argument(args, 3)) : -1;
  return replace(text(args, 0), text(args, 1), text(args, 2), most, run);
}

function repeated(args: readonly Value[], run: Run): string {
  const unit = text(args, 0);
  const wanted = toInt(argument(args, 1));
  if (wanted < 0n) throw new GoPanic(`invalid argument for repeat (expected positive integer, got ${wanted})`);
  if (wanted > MAX_REPEAT) throw new GoPanic('memory budget exceeded');
  const size = run.bytesOf(unit).length * Number(wanted);
  run.grow(size);
  run.spend(size / 8);
  return repeat(unit, Number(wanted), run);
}

function joined(args: readonly Value[], run: Run): string {
  const glue = args.length === 2 ? text(args, 1) : '';
  const [list = null] = args;
  const type = goTypeOf(list);
  if (type?.text !== '[]string' && type?.text !== '[]interface {}') {
    throw new GoPanic(`invalid argument for join (type ${type?.text ?? '%!s(<nil>)'})`);
  }
  const items = itemsOf(list);
  run.spend(items.length);
  return join(items.map(asText), glue, run);
}

/** @source builtin/builtin.go of expr-lang/expr */
export const STRING_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['string', (args, run) => sprint(argument(args, 0), run)],
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
  ['indexOf', positionOf(index)],
  ['lastIndexOf', positionOf(lastIndex)],
  ['hasPrefix', ofTexts(hasPrefix)],
  ['hasSuffix', ofTexts(hasSuffix)],
];
