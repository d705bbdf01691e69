import { parseDuration } from '../expression/go/duration.ts';
import { RFC3339_NANO } from '../expression/go/layout.ts';
import { parseFloat } from '../expression/go/strconv.ts';
import { parseTime } from '../expression/go/time-parse.ts';
import { GoDuration } from '../expression/go/time.ts';
import { BYTE_SLICE, UINT64 } from '../expression/go-type.ts';
import { GoInt, GoPanic, GoSlice } from '../expression/value.ts';

/**
 * The values of the column `_value` in the annotated CSV of a Flux query, of all tables and results, in their order. Where
 * a table has no such column its rows count as null.
 *
 * As with InfluxDB's own client for Go, what cannot be read ends the list: a bad cell, a row of another width, a table of
 * errors, text that is no annotated CSV.
 *
 * @source https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/
 */
export function fluxValues(text: string): readonly unknown[] {
  const values: unknown[] = [];
  try {
    for (const value of readValues(text)) values.push(value);
  } catch (error) {
    if (!(error instanceof GoPanic || error instanceof Unreadable)) throw error;
  }
  return values;
}

class Unreadable extends Error {}

interface Table {
  types: readonly string[];
  defaults: readonly string[];
  /** Names of the columns; undefined before the row that holds them. */
  names: readonly string[] | undefined;
}

function* readValues(text: string): Generator {
  let table: Table = { types: [], defaults: [], names: undefined };
  for (const row of readRows(text)) {
    const [mark = '', ...cells] = row;
    if (mark.startsWith('#')) {
      if (table.names) table = { types: [], defaults: [], names: undefined };
      if (mark === '#datatype') table.types = cells;
      if (mark === '#default') table.defaults = cells;
      continue;
    }
    if (table.types.length === 0 || table.types.length !== cells.length) throw new Unreadable('another width');
    if (!table.names) {
      if (cells[0] === 'error') throw new Unreadable('a table of errors');
      table.names = cells;
      continue;
    }
    yield valueIn(cells, table);
  }
}

function valueIn(cells: readonly string[], { types, defaults, names = [] }: Table): unknown {
  let value: unknown = null;
  // All of a row is read: a bad cell of another column is as bad.
  for (const [at, cell] of cells.entries()) {
    const read = readCell(cell === '' ? (defaults[at] ?? '') : cell, types[at] ?? '');
    if (names[at] === '_value') value = read;
  }
  return value;
}

function readCell(text: string, type: string): unknown {
  if (text === '') return null;
  switch (type) {
    case 'string':
      return text;
    case 'double':
      return parseFloat(text);
    case 'boolean':
      return text.toLowerCase() !== 'false';
    case 'long':
      return integer(text, /^[-+]?\d+$/, (value) => BigInt.asIntN(64, value));
    case 'unsignedLong':
      return new GoInt(
        UINT64,
        integer(text, /^\d+$/, (value) => BigInt.asUintN(64, value)),
      );
    case 'duration':
      return new GoDuration(parseDuration(text));
    case 'base64Binary':
      return new GoSlice(BYTE_SLICE, [...Buffer.from(text, 'base64')]);
    case 'dateTime:RFC3339':
    case 'dateTime:RFC3339Nano':
      return parseTime(RFC3339_NANO, text);
    default:
      throw new Unreadable(`unknown type ${type}`);
  }
}

/** Of 64 bits, with a sign. */
const LONGEST_INTEGER = 20;

function integer(text: string, form: RegExp, wrap: (value: bigint) => bigint): bigint {
  const value = text.length <= LONGEST_INTEGER && form.test(text) ? BigInt(text.replace('+', '')) : undefined;
  if (value === undefined || wrap(value) !== value) throw new Unreadable('no integer of 64 bits');
  return value;
}

/** Rows of CSV, without empty lines. Quotes stand around cells, and twice within them. */
function* readRows(text: string): Generator<readonly string[]> {
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { cell, next } = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at);
    row.push(cell);
    at = next + 1;
    if (text[next] === ',') {
      if (at < text.length) continue;
      row.push('');
    } else if (text[next] === '\r' && text[at] === '\n') at += 1;
    if (row.length > 1 || row[0] !== '') yield row;
    row = [];
  }
}

interface Cell {
  readonly cell: string;
  /** Where what follows it is: a comma, a line end, or the end. */
  readonly next: number;
}

function plainCell(text: string, start: number): Cell {
  let next = start;
  while (next < text.length && !',\r\n'.includes(text[next] ?? '')) next += 1;
  return { cell: text.slice(start, next), next };
}

function quotedCell(text: string, start: number): Cell {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1) throw new Unreadable('a quote without its end');
  const next = end + 1;
  if (next < text.length && !',\r\n'.includes(text[next] ?? '')) throw new Unreadable('text behind a quote');
  return { cell: text.slice(start + 1, end).replaceAll('""', '"'), next };
}
