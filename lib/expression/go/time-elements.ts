import { MONTHS, WEEKDAYS } from './calendar.ts';

/** What the elements of a layout found in a text. Offsets in seconds; `zone` is an abbreviation. */
export interface Found {
  year?: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour?: number;
  minute?: number;
  second?: number;
  nanosecond?: number;
  half?: 'am' | 'pm';
  isUtc?: boolean;
  offset?: number;
  zone?: string;
}

/**
 * Reads one element of a layout off the front of a binary string (utf8.ts) and returns what is left; undefined if the
 * text does not look like the element.
 *
 * @throws RangeError that names what is out of its range
 */
export function readElement(element: string, text: string, found: Found): string | undefined {
  const read = READERS.get(element);
  if (read !== undefined) return read(text, found);
  if (element === 'MST') return readZone(text, found);
  if (/^[-Z]/.test(element)) return readOffset(element, text, found);
  return readFraction(element, text, found);
}

type Read = (text: string, found: Found) => string | undefined;
type Field = 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second';

const READERS = new Map<string, Read>([
  ['2006', number('year', /^\d{4}/)],
  ['06', readShortYear],
  ['Jan', (text, found) => readName(MONTHS, 3, text, (index) => (found.month = index + 1))],
  ['January', (text, found) => readName(MONTHS, undefined, text, (index) => (found.month = index + 1))],
  ['Mon', (text) => readName(WEEKDAYS, 3, text)],
  ['Monday', (text) => readName(WEEKDAYS, undefined, text)],
  ['1', number('month', /^\d\d?/, 1, 12)],
  ['01', number('month', /^\d\d/, 1, 12)],
  ['2', number('day', /^\d\d?/)],
  ['_2', number('day', /^ ?(\d\d?)/)],
  ['02', number('day', /^\d\d/)],
  ['__2', number('yearDay', /^ {0,2}(\d{1,3})/)],
  ['002', number('yearDay', /^\d{3}/)],
  ['15', number('hour', /^\d\d?/, 0, 23)],
  ['3', number('hour', /^\d\d?/, 0, 12)],
  ['03', number('hour', /^\d\d/, 0, 12)],
  ['4', number('minute', /^\d\d?/, 0, 59)],
  ['04', number('minute', /^\d\d/, 0, 59)],
  ['5', number('second', /^\d\d?/, 0, 59)],
  ['05', number('second', /^\d\d/, 0, 59)],
  ['PM', half({ AM: 'am', PM: 'pm' })],
  ['pm', half({ am: 'am', pm: 'pm' })],
]);

function number(field: Field, pattern: RegExp, least = 0, most = Infinity): Read {
  return (text, found) => {
    const [shown, digits = shown] = pattern.exec(text) ?? [];
    if (shown === undefined) return undefined;
    const value = Number(digits);
    found[field] = value;
    if (value < least || value > most) throw new RangeError(field);
    return text.slice(shown.length);
  };
}

function half(spellings: Readonly<Record<string, 'am' | 'pm'>>): Read {
  return (text, found) => {
    const spelled = new Map(Object.entries(spellings)).get(text.slice(0, 2));
    if (spelled === undefined) return undefined;
    found.half = spelled;
    return text.slice(2);
  };
}

/** Two characters, of which Go lets the first be a sign. */
function readShortYear(text: string, found: Found): string | undefined {
  const [shown] = /^(?:\d\d|[+-]\d)/.exec(text) ?? [];
  if (shown === undefined) return undefined;
  const year = Number(shown);
  found.year = year + (year >= 69 ? 1900 : 2000);
  return text.slice(2);
}

function readName(
  names: readonly string[],
  length: number | undefined,
  text: string,
  keep: (index: number) => void = () => undefined,
): string | undefined {
  const index = names.findIndex((name) => {
    const wanted = name.slice(0, length);
    return text.slice(0, wanted.length).toLowerCase() === wanted.toLowerCase();
  });
  const name = names[index];
  if (name === undefined) return undefined;
  keep(index);
  return text.slice(name.slice(0, length).length);
}

function readOffset(element: string, text: string, found: Found): string | undefined {
  if (element.startsWith('Z') && text.startsWith('Z')) {
    found.isUtc = true;
    return text.slice(1);
  }
  const separator = element.includes(':') ? ':' : '';
  const count = element.replaceAll(/\D/g, '').length / 2;
  const pattern = new RegExp(`^([^])${Array.from({ length: count }, () => '(\\d\\d)').join(separator)}`);
  const [shown, sign, hours = 0, minutes = 0, seconds = 0] = pattern.exec(text) ?? [];
  if (shown === undefined) return undefined;
  const parts = [Number(hours), Number(minutes), Number(seconds)] as const;
  if (parts[0] > 24) throw new RangeError('time zone offset hour');
  if (parts[1] > 60) throw new RangeError('time zone offset minute');
  if (parts[2] > 60) throw new RangeError('time zone offset second');
  if (sign !== '+' && sign !== '-') return undefined;
  const size = parts[0] * 3600 + parts[1] * 60 + parts[2];
  found.offset = sign === '-' ? -size : size;
  return text.slice(shown.length);
}

/** Three to five capitals (four and five end in T), and the few abbreviations that look otherwise. */
const ABBREVIATION = /^(?:ChST|MeST|GMT(?:[+-]0*(?:1?\d|2[0-3])(?!\d))?|[+-]0*(?:1?\d|2[0-3])(?!\d))/;

function readZone(text: string, found: Found): string | undefined {
  if (text.startsWith('UTC')) {
    found.isUtc = true;
    return text.slice(3);
  }
  if (text.length < 3) return undefined;
  const [zone = readCapitals(text)] = ABBREVIATION.exec(text) ?? [];
  if (zone === undefined) return undefined;
  found.zone = zone;
  return text.slice(zone.length);
}

function readCapitals(text: string): string | undefined {
  const [capitals = ''] = /^[A-Z]{0,6}/.exec(text) ?? [];
  const isZone = /^(?:[A-Z]{3}|[A-Z]{3}T|WITA|[A-Z]{4}T)$/.test(capitals);
  return isZone ? capitals : undefined;
}

/** Go reads at most nine digits of a fraction. */
export function readFraction(element: string, text: string, found: Found): string | undefined {
  const isExact = element.includes('0');
  const pattern = isExact ? new RegExp(`^[.,](\\d{${element.length - 1}})`) : /^[.,](\d+)/;
  const [shown, digits = ''] = pattern.exec(text) ?? [];
  if (shown === undefined) return isExact ? undefined : text;
  found.nanosecond = Number(digits.slice(0, 9).padEnd(9, '0'));
  return text.slice(shown.length);
}
