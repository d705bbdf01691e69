import { AGGREGATE_BUILTINS } from './aggregates.ts';
import type { Builtin } from './builtin.ts';
import { ENCODING_BUILTINS } from './encodings.ts';
import { LIST_BUILTINS } from './lists.ts';
import { MAP_BUILTINS } from './maps.ts';
import { NUMBER_BUILTINS } from './numbers.ts';
import { STRING_BUILTINS } from './strings.ts';
import { TIME_BUILTINS } from './times.ts';

/** The builtins that take no predicate; those that do are emit-predicates.ts. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ...NUMBER_BUILTINS,
  ...STRING_BUILTINS,
  ...AGGREGATE_BUILTINS,
  ...LIST_BUILTINS,
  ...MAP_BUILTINS,
  ...TIME_BUILTINS,
  ...ENCODING_BUILTINS,
]);
