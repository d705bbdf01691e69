import { decodeBase64, encodeBase64 } from '../go/base64.ts';
import { marshal, unmarshal } from '../go/json.ts';
import { asText } from '../integers.ts';
import type { Run } from '../run.ts';
import { spendOn } from '../spend.ts';
import type { Value } from '../value.ts';
import { argument } from './builtin.ts';
import type { Builtin } from './builtin.ts';

function toJson(args: readonly Value[], run: Run): string {
  const value = argument(args, 0);
  spendOn(value, run);
  return marshal(value);
}

/** A function of one text, whose cost is several times that of going through it. */
function ofText(convert: (text: string) => Value): Builtin {
  return (args, run) => {
    const text = asText(argument(args, 0));
    run.spend(text.length * 4);
    return convert(text);
  };
}

export const ENCODING_BUILTINS: readonly (readonly [string, Builtin])[] = [
  ['toJSON', toJson],
  ['fromJSON', ofText(unmarshal)],
  ['toBase64', ofText(encodeBase64)],
  ['fromBase64', ofText(decodeBase64)],
];
