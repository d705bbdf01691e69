import {
  each,
  goJson,
  isShaped,
  may,
  map,
  maybe,
  must,
  mustEach,
  set,
  type Write,
} from '../expression/go/json-fields.ts';
import { isAbsent } from '../model/empty.ts';
import { POD_TEMPLATE_FIELDS } from './pod-template-fields.ts';
import { parseQuantity } from './quantity.ts';

/** A field of a structure, as the table of fields describes it. */
export interface Field {
  readonly name: string;
  readonly holds: 'value' | 'pointer' | 'structure' | 'list' | 'map';
  /** Name of the structure, or of a type with a form of its own. */
  readonly type: string | undefined;
  /** Whether it is written even when nothing is set. */
  readonly isAlways: boolean;
  /** What it is then; only values have one that is not null. */
  readonly zero: unknown;
}

/** What comes after a name in the table. */
const HOLDS: Readonly<Record<string, Field['holds']>> = {
  '?': 'pointer',
  ':': 'structure',
  '[]': 'list',
  '{}': 'map',
};

/** Every structure that a pod template can hold, by its name in core/v1. */
export const STRUCTURES: ReadonlyMap<string, readonly Field[]> = readTable(POD_TEMPLATE_FIELDS);

/**
 * The JSON that Go writes for a pod template, which its hash is taken of: fields in the order of the structures,
 * unknown ones left out, quantities in canonical form, nothing defaulted.
 *
 * @source encoding/json of Go 1.26 on PodTemplateSpec of k8s.io/api v0.34.5
 */
export const podTemplateJson = writerOf((value) => parseQuantity(value)?.canonical ?? String(value));

/** The same with another way to write quantities. */
export function writerOf(quantity: (value: unknown) => string): (template: unknown) => string {
  const writeQuantity: Write = (value) => JSON.stringify(isAbsent(value) ? '0' : quantity(value));
  const writers = new Map<string, Write>([['Quantity', writeQuantity]]);
  for (const [type, fields] of STRUCTURES) {
    // The structures refer to each other: those that come later are looked up when they are needed.
    const other = (name: string): Write => {
      return (value) => writers.get(name)?.(value);
    };
    writers.set(type, writeStructure(fields, other));
  }
  return (template) => writers.get('PodTemplateSpec')?.(template) ?? '';
}

/** Most fields of most structures are not set, and most of these are not written: they are passed over at once. */
function writeStructure(fields: readonly Field[], other: (name: string) => Write): Write {
  const all = fields.map((field) => ({
    name: field.name,
    key: `${JSON.stringify(field.name)}:`,
    write: writeField(field, other),
    isWritten: field.isAlways || field.holds === 'structure',
  }));
  return (value) => {
    if (!isShaped(value)) return goJson(value);
    const source = (value ?? {}) as Readonly<Record<string, unknown>>;
    const written: string[] = [];
    for (const { name, key, write, isWritten } of all) {
      const field = source[name];
      const text = field === undefined && !isWritten ? undefined : write(field);
      if (text !== undefined) written.push(key + text);
    }
    return `{${written.join()}}`;
  };
}

function writeField({ holds, type, isAlways, zero }: Field, other: (name: string) => Write): Write {
  if (holds === 'map') return type === undefined ? map : eachEntry(other(type));
  if (type === undefined) return holds === 'pointer' ? set : isAlways ? must(zero) : may;
  const write = other(type);
  if (holds === 'structure') return write;
  if (holds === 'list') return isAlways ? mustEach(write) : each(write);
  return isAlways ? (value) => maybe(write)(value) ?? 'null' : maybe(write);
}

/** A map whose values have a form of their own. */
function eachEntry(write: Write): Write {
  return (value) => {
    if (!isShaped(value)) return goJson(value);
    const entries = Object.entries(value ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
    const written = entries.map(([key, item]) => `${JSON.stringify(key)}:${write(item) ?? 'null'}`);
    return written.length === 0 ? undefined : `{${written.join()}}`;
  };
}

function readTable(table: string): ReadonlyMap<string, readonly Field[]> {
  const structures = table.trim().split(/\n(?! )/);
  return new Map(
    structures.map((structure) => {
      const [type = '', fields = ''] = structure.split(' = ');
      return [type, fields.split(/\s+/).map(readField)] as const;
    }),
  );
}

function readField(text: string): Field {
  const [, name = '', always, holds = '', rest = ''] = /^(\w+)(=?)(\?|:|\[\]|\{\}|)(.*)$/.exec(text) ?? [];
  const isAlways = always === '=';
  const isValue = holds === '';
  return {
    name,
    holds: HOLDS[holds] ?? 'value',
    type: isValue || rest === '' ? undefined : rest,
    isAlways,
    zero: isValue && isAlways ? (JSON.parse(rest) as unknown) : null,
  };
}
