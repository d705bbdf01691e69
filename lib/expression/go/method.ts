import type { GoType } from '../go-type.ts';
import { GoInt, GoPanic, GoSlice, typeText } from '../value.ts';
import type { Value } from '../value.ts';
import { textOf } from './bytes.ts';
import { GoDuration, GoTime } from './time.ts';
import { GoLocation } from './zone.ts';

/** A method of a Go type. */
export interface GoMethod {
  /** The function type, without the receiver. */
  readonly type: GoType;
  /**
   * Calls it; of several results only the first is returned, as the language does.
   *
   * @throws GoPanic where Go panics or returns an error, and if an argument is not of the parameter's type
   */
  readonly call: (receiver: Value, args: readonly Value[]) => Value;
}

export function asTime(value: Value | undefined): GoTime {
  return value instanceof GoTime ? value : refuse(value, 'time.Time');
}

export function asDuration(value: Value | undefined): bigint {
  return value instanceof GoDuration ? value.value : refuse(value, 'time.Duration');
}

export function asLocation(value: Value | undefined): GoLocation | null {
  return value instanceof GoLocation || value === null ? value : refuse(value, '*time.Location');
}

export function asInteger(value: Value | undefined): bigint {
  return typeof value === 'bigint' ? value : refuse(value, 'int');
}

export function asString(value: Value | undefined): string {
  return typeof value === 'string' ? value : refuse(value, 'string');
}

/** The bytes of a []byte, as a string. */
export function asBytes(value: Value | undefined): string {
  return value instanceof GoSlice ? textOf(value.items ?? []) : refuse(value, '[]uint8');
}

/** An integer of any type, the receiver of the methods of months and weekdays. */
export function asGoInt(value: Value | undefined): GoInt {
  return value instanceof GoInt ? value : refuse(value, 'int');
}

function refuse(value: Value | undefined, wanted: string): never {
  if (value === undefined) throw new GoPanic('reflect: Call with too few input arguments');
  throw new GoPanic(`reflect: Call using ${typeText(value)} as type ${wanted}`);
}
