import { GoPanic } from '../value.ts';

/**
 * Go's time layouts are examples of how Mon Jan 2 15:04:05 MST 2006 would look. The parts of a layout are its elements
 * (`2006`, `Jan`, `Z07:00`, `.000`) and the text between them.
 *
 * @source https://pkg.go.dev/time#pkg-constants
 */
export interface LayoutPart {
  /** The text before the element. */
  readonly prefix: string;
  /** Undefined after the last one. */
  readonly element: string | undefined;
}

const MAX_LENGTH = 10_000;

const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|_2006|__2|_2|3|4|5|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)/g;

export const RFC3339 = '2006-01-02T15:04:05Z07:00';
export const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00';

/** What the language's date() tries, in this order. */
export const DATE_LAYOUTS: readonly string[] = [
  '2006-01-02',
  '15:04:05',
  '2006-01-02 15:04:05',
  RFC3339,
  '02 Jan 06 15:04 MST',
  'Monday, 02-Jan-06 15:04:05 MST',
  'Mon, 02 Jan 2006 15:04:05 MST',
];

/**
 * The parts of a layout in order; the last one has no element.
 *
 * @throws GoPanic if the layout is longer than 10,000 characters; Go has no limit
 */
export function layoutParts(layout: string): LayoutPart[] {
  if (layout.length > MAX_LENGTH) throw new GoPanic('memory budget exceeded');
  const parts: LayoutPart[] = [];
  let from = 0;
  for (const { 0: found, index } of layout.matchAll(ELEMENT)) {
    // `_2006` is an underscore before a year, not a padded day.
    const element = found === '_2006' ? '2006' : found;
    const end = index + found.length;
    parts.push({ prefix: layout.slice(from, end - element.length), element });
    from = end;
  }
  parts.push({ prefix: layout.slice(from), element: undefined });
  return parts;
}

/** Whether an element stands for a fraction of a second: `.000` with all its digits, `.999` without trailing zeros. */
export function isFraction(element: string | undefined): boolean {
  return element !== undefined && /^[.,]/.test(element);
}
