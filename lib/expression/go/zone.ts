import { LOCATION_POINTER } from '../go-type.ts';
import { GoObject, GoPanic } from '../value.ts';
import { civilDay } from './calendar.ts';
import { ZONE_NAMES } from './zone-names.ts';

/** What a location's clocks show at some time. `offset` is in seconds east of UTC. */
export interface ZoneAt {
  readonly offset: number;
  readonly name: string;
  readonly isDst: boolean;
}

interface Abbreviation {
  readonly minutes: number;
  readonly name: string;
  readonly isDst: boolean;
  /** The first and the last year of its use. */
  readonly since: number;
  readonly until: number;
}

/** Of one offset those given up first come first. */
type Abbreviations = readonly Abbreviation[];

/** Go's *time.Location. */
export class GoLocation extends GoObject {
  readonly goType = LOCATION_POINTER;
  readonly name: string;
  /** The zone in use at a time given in seconds since 1970. */
  readonly at: (seconds: number) => ZoneAt;
  /** Whether it has one offset for ever, known without a calendar. */
  readonly isFixed: boolean;
  private readonly abbreviations: Abbreviations;

  constructor(name: string, at: (seconds: number) => ZoneAt, abbreviations?: Abbreviations) {
    super();
    this.name = name;
    this.at = at;
    this.abbreviations = abbreviations ?? [];
    this.isFixed = abbreviations === undefined;
  }

  /** The offset that an abbreviation stands for here, at best the one in use when clocks show so many seconds. */
  offsetNamed(abbreviation: string, localSeconds: number): number | undefined {
    const named = this.abbreviations.filter(({ name }) => name === abbreviation);
    const offsets = named.map(({ minutes }) => minutes * 60);
    return offsets.find((offset) => this.at(localSeconds - offset).name === abbreviation) ?? offsets[0];
  }

  override toString(): string {
    return this.name;
  }
}

/** A location that always has one offset. */
export function fixedZone(name: string, offset: number): GoLocation {
  const zone = { offset, name, isDst: false };
  return new GoLocation(name, () => zone);
}

/** Also Go's Local: the local zone is UTC wherever conditions are evaluated. */
export const UTC = fixedZone('UTC', 0);

const loaded = new Map<string, GoLocation>([
  ['', UTC],
  ['UTC', UTC],
  ['Local', UTC],
  ['Factory', new GoLocation('Factory', () => ({ offset: 0, name: '-00', isDst: false }))],
]);

/**
 * The location of an IANA name, whose spelling is case-sensitive.
 *
 * @throws GoPanic as time.LoadLocation reports it
 */
export function loadLocation(name: string): GoLocation {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  if (name.includes('..') || /^[/\\]/.test(name)) throw new GoPanic('time: invalid location name');
  const names = abbreviationsOf(name);
  if (names === undefined) throw new GoPanic(`unknown time zone ${name}`);
  const location = new GoLocation(name, zoneFinder(name, names), names);
  loaded.set(name, location);
  return location;
}

function zoneFinder(timeZone: string, names: Abbreviations): (seconds: number) => ZoneAt {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (seconds) => {
    const offset = offsetAt(format, seconds);
    const { year } = civilDay(Math.floor(seconds / 86_400));
    const known = names.find(({ minutes, since, until }) => minutes * 60 === offset && since <= year && year <= until);
    if (known !== undefined) return { offset, name: known.name, isDst: known.isDst };
    // Offsets with seconds are local mean times of the 19th century and before.
    return { offset, name: offset % 60 === 0 ? offsetName(offset / 60) : 'LMT', isDst: false };
  };
}

const LAST_DATE_MS = 8.64e15;

function offsetAt(format: Intl.DateTimeFormat, seconds: number): number {
  const dateMs = Math.max(-LAST_DATE_MS, Math.min(LAST_DATE_MS, seconds * 1000));
  const shown = format.formatToParts(dateMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, rest = '0'] = /([+-])(\d+):(\d+)(?::(\d+))?$/.exec(shown) ?? [];
  if (sign === undefined) return 0;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  return sign === '-' ? -size : size;
}

/** `+03`, `-0330`: how zones without an abbreviation are called. */
function offsetName(minutes: number): string {
  const size = Math.abs(minutes);
  const parts = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${size % 60 === 0 ? parts[0] : parts.join('')}`;
}

let abbreviations: ReadonlyMap<string, Abbreviations> | undefined;

function abbreviationsOf(name: string): Abbreviations | undefined {
  abbreviations ??= new Map(
    ZONE_NAMES.trim()
      .split(/\n(?! )/)
      .flatMap(readGroup),
  );
  return abbreviations.get(name);
}

const ABBREVIATION = /(-?\d+)(\*?)([^\s~]+)(?:~(\d*)-(\d+))?/g;

function readGroup(group: string): [zone: string, Abbreviations][] {
  const [head = '', zones = ''] = group.split(': ');
  const names = Array.from(head.matchAll(ABBREVIATION), ([, minutes, dst, name = '', since, until]) => ({
    minutes: Number(minutes),
    name,
    isDst: dst === '*',
    since: Number(since) || -Infinity,
    until: Number(until) || Infinity,
  }));
  return zones.split(/\s+/).map((zone) => [zone, names]);
}
