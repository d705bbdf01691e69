import { BYTE_SLICE, UINT8 } from '../go-type.ts';
import { GoInt, GoSlice } from '../value.ts';
import type { Value } from '../value.ts';
import { fromBinary, toBinary } from './utf8.ts';

const BYTES: readonly GoInt[] = Array.from({ length: 256 }, (_, byte) => new GoInt(UINT8, BigInt(byte)));

/** Go's byte of this number, 0–255. */
export function byteOf(number: number): GoInt {
  return BYTES[number & 255] ?? new GoInt(UINT8, BigInt(number & 255));
}

/** A string as []byte. */
export function bytesOf(text: string): GoSlice {
  return new GoSlice(
    BYTE_SLICE,
    Array.from(toBinary(text), (byte) => byteOf(byte.charCodeAt(0))),
  );
}

/** []byte as a string. */
export function textOf(bytes: readonly Value[]): string {
  const codes = bytes.map((byte) => (byte instanceof GoInt ? Number(byte.value) : 0));
  return fromBinary(codes.map((code) => String.fromCharCode(code)).join(''));
}
