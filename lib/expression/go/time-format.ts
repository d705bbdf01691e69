import { MONTHS, WEEKDAYS } from './calendar.ts';
import type { Clock } from './clock.ts';
import { layoutParts } from './layout.ts';

/** A time in a Go layout. @source https://pkg.go.dev/time#Time.Format */
export function formatClock(clock: Clock, layout: string): string {
  return layoutParts(layout)
    .map(({ prefix, element }) => (element === undefined ? prefix : prefix + formatElement(clock, element)))
    .join('');
}

type Show = (clock: Clock) => string;

const SHOW = new Map<string, Show>([
  ['2006', ({ year }) => padded(year, 4)],
  ['06', ({ year }) => padded(Math.max(year, 0) % 100, 2)],
  ['January', ({ month }) => MONTHS[month - 1] ?? ''],
  ['Jan', ({ month }) => (MONTHS[month - 1] ?? '').slice(0, 3)],
  ['01', ({ month }) => padded(month, 2)],
  ['1', ({ month }) => String(month)],
  ['Monday', ({ weekday }) => WEEKDAYS[weekday] ?? ''],
  ['Mon', ({ weekday }) => (WEEKDAYS[weekday] ?? '').slice(0, 3)],
  ['02', ({ day }) => padded(day, 2)],
  ['_2', ({ day }) => String(day).padStart(2)],
  ['2', ({ day }) => String(day)],
  ['002', ({ yearDay }) => padded(yearDay, 3)],
  ['__2', ({ yearDay }) => String(yearDay).padStart(3)],
  ['15', ({ hour }) => padded(hour, 2)],
  ['03', ({ hour }) => padded(hour % 12 || 12, 2)],
  ['3', ({ hour }) => String(hour % 12 || 12)],
  ['04', ({ minute }) => padded(minute, 2)],
  ['4', ({ minute }) => String(minute)],
  ['05', ({ second }) => padded(second, 2)],
  ['5', ({ second }) => String(second)],
  ['PM', ({ hour }) => (hour >= 12 ? 'PM' : 'AM')],
  ['pm', ({ hour }) => (hour >= 12 ? 'pm' : 'am')],
  ['MST', ({ zone }) => zone.name || formatOffset(zone.offset, '-0700')],
]);

function formatElement(clock: Clock, element: string): string {
  const show = SHOW.get(element);
  if (show !== undefined) return show(clock);
  if (/^[-Z]/.test(element)) return formatOffset(clock.zone.offset, element);
  return formatFraction(clock.nanosecond, element);
}

/** `element` is one of `-07`, `-0700`, `-07:00`, `-070000`, `-07:00:00`, or with Z, which shows UTC as `Z`. */
function formatOffset(offset: number, element: string): string {
  if (offset === 0 && element.startsWith('Z')) return 'Z';
  const size = Math.abs(offset);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  const shown = parts.slice(0, element.replaceAll(/\D/g, '').length / 2).map((part) => padded(part, 2));
  return `${offset <= -60 ? '-' : '+'}${shown.join(element.includes(':') ? ':' : '')}`;
}

function formatFraction(nanosecond: number, element: string): string {
  const digits = padded(nanosecond, 9).slice(0, element.length - 1);
  if (element.includes('0')) return element.charAt(0) + digits;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : element.charAt(0) + trimmed;
}

function padded(value: number, width: number): string {
  return `${value < 0 ? '-' : ''}${String(Math.abs(value)).padStart(width, '0')}`;
}
