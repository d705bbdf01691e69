import { parseDuration } from '../go/duration.ts';
import { parseDate, parseTime } from '../go/time-parse.ts';
import { GoDuration, GoTime } from '../go/time.ts';
import { GoLocation, loadLocation } from '../go/zone.ts';
import { asText } from '../integers.ts';
import type { Run } from '../run.ts';
import { GoPanic } from '../value.ts';
import type { Value } from '../value.ts';
import { argument } from './builtin.ts';
import type { Builtin } from './builtin.ts';

function now(args: readonly Value[], run: Run): Value {
  const [location] = args;
  if (args.length === 0) return run.now;
  if (location instanceof GoLocation) return new GoTime(run.now.instant, location);
  throw new GoPanic(`invalid number of arguments (expected 0, got ${args.length})`);
}

/** A date, with a layout and a zone's name if they are given; a location may come first. */
function date(args: readonly Value[], run: Run): Value {
  const [first] = args;
  const location = first instanceof GoLocation ? first : undefined;
  const rest = location === undefined ? args : args.slice(1);
  if (rest.length === 0) throw new GoPanic('runtime error: index out of range [0] with length 0');
  const text = asText(argument(rest, 0));
  if (rest.length === 1) return parseDate(text, location, run);
  const layout = asText(argument(rest, 1));
  if (rest.length === 2) return parseTime(layout, text, location);
  return parseTime(layout, text, loadLocation(asText(argument(rest, 2))));
}

/** @source builtin/builtin.go of expr-lang/expr */
export const TIME_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['now', now],
  ['date', date],
  ['duration', (args) => new GoDuration(parseDuration(asText(argument(args, 0))))],
  ['timezone', (args) => loadLocation(asText(argument(args, 0)))],
];
