import { ScheduleError } from './schedule-error.ts';

/** One of the five fields: its values, and whether it leaves everything open. */
export interface CronField {
  readonly values: readonly number[];
  /** `*` or `?`, also as one item of several. Of the two fields of days, one that is open leaves the choice to the other. */
  readonly isOpen: boolean;
}

interface FieldRule {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly words: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const RULES: readonly FieldRule[] = [
  { name: 'minute', first: 0, last: 59, words: [] },
  { name: 'hour', first: 0, last: 23, words: [] },
  { name: 'day of the month', first: 1, last: 31, words: [] },
  { name: 'month', first: 1, last: 12, words: MONTHS },
  { name: 'day of the week', first: 0, last: 6, words: WEEKDAYS },
];

/** What `@hourly` and its kin stand for; `@every` and `@reboot` are none of them. */
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Reads a cron schedule as a CronJob's: five fields of `*`, `?`, numbers, names, ranges, steps and lists, or a nickname
 * such as `@daily`. Sunday is 0, and no other number.
 *
 * @returns minute, hour, day of the month, month, day of the week
 * @throws  ScheduleError
 * @source  ParseStandard of github.com/robfig/cron/v3, which also takes `*-5`, `+5` and `@every`
 */
export function readCronFields(text: string): readonly CronField[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) return readNickname(trimmed);
  const parts = trimmed.split(/\s+/);
  if (parts.length !== RULES.length || trimmed === '') {
    const hint = 'minute, hour, day of the month, month, day of the week, such as "*/15 8-18 * * mon-fri"';
    throw new ScheduleError(`expected 5 fields, got ${trimmed === '' ? 0 : parts.length}`, hint);
  }
  return RULES.map((rule, index) => readField(parts[index] ?? '', rule));
}

function readNickname(text: string): readonly CronField[] {
  const fields = Object.hasOwn(NICKNAMES, text) ? NICKNAMES[text] : undefined;
  if (fields !== undefined) return readCronFields(fields);
  if (text.startsWith('@every')) {
    throw new ScheduleError('@every is not known', 'write rate(15 minutes), which is the same at every restart');
  }
  throw new ScheduleError(`unknown word ${text.slice(0, 20)}`, `known: ${Object.keys(NICKNAMES).join(', ')}`);
}

function readField(text: string, rule: FieldRule): CronField {
  const values = new Set<number>();
  let isOpen = false;
  // Empty items are passed over, as strings.FieldsFunc of Go does.
  const items = text.split(',').filter((item) => item !== '');
  if (items.length === 0) throw new ScheduleError(`${rule.name}: expected a value, got "${text}"`);
  for (const item of items) {
    const { from, to, step, isAll } = readItem(item, rule);
    for (let value = from; value <= to; value += step) values.add(value);
    // A step beyond 1 chooses: `*/2` is not open.
    if (isAll && step === 1) isOpen = true;
  }
  return { values: [...values].toSorted((a, b) => a - b), isOpen };
}

interface Item {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isAll: boolean;
}

function readItem(item: string, rule: FieldRule): Item {
  const [range = '', stepText, ...moreSteps] = item.split('/');
  const [low = '', high, ...moreBounds] = range.split('-');
  if (moreSteps.length > 0 || moreBounds.length > 0) {
    throw new ScheduleError(`${rule.name}: expected a value, a range or a step, got "${item.slice(0, 20)}"`);
  }
  const step = stepText === undefined ? 1 : readNumber(stepText, rule, item);
  if (step === 0) throw new ScheduleError(`${rule.name}: the step of "${item}" must be 1 or more`);
  if (range === '*' || range === '?') return { from: rule.first, to: rule.last, step, isAll: true };
  const from = readValue(low, rule, item);
  // `5/15` is `5-59/15`.
  const single = stepText === undefined ? from : rule.last;
  const to = high === undefined ? single : readValue(high, rule, item);
  if (to < from) throw new ScheduleError(`${rule.name}: the range "${item}" ends before it begins`);
  return { from, to, step, isAll: false };
}

function readValue(text: string, rule: FieldRule, item: string): number {
  const word = rule.words.indexOf(text.toLowerCase());
  const value = word === -1 ? readNumber(text, rule, item) : word + rule.first;
  if (value >= rule.first && value <= rule.last) return value;
  const isSunday = rule.name === 'day of the week' && value === 7;
  const message = `${rule.name}: expected ${rule.first} to ${rule.last}, got ${value}`;
  throw new ScheduleError(message, isSunday ? 'Sunday is 0 in a CronJob, or sun' : undefined);
}

function readNumber(text: string, rule: FieldRule, item: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  const known = rule.words.length > 0 ? ` or one of ${rule.words.join(', ')}` : '';
  const hint = /[LW#]/i.test(text) ? 'L, W and # are not known, as in a CronJob' : undefined;
  throw new ScheduleError(`${rule.name}: expected a number${known}, got "${item.slice(0, 20)}"`, hint);
}
