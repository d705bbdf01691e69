import { decodeBase64, encodeBase64 } from '../go/base64.ts';
import { marshal, unmarshal } from '../go/json.ts';
import { asText } from '../integers.ts';
import type { Value } from '../value.ts';
import { argument } from './builtin.ts';
import type { Builtin } from './builtin.ts';

function ofText(convert: (text: string) => Value): Builtin {
  return (args) => convert(asText(argument(args, 0)));
}

export const ENCODING_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['toJSON', (args, run) => marshal(argument(args, 0), run)],
  ['fromJSON', (args, run) => unmarshal(asText(argument(args, 0)), run)],
  ['toBase64', ofText(encodeBase64)],
  ['fromBase64', ofText(decodeBase64)],
];
