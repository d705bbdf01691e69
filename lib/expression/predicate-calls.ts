/** How an argument of a call with a predicate is read. */
export type PredicateArgument = 'expression' | 'predicate' | 'optional expression' | 'optional predicate';

const WITH_PREDICATE: readonly PredicateArgument[] = ['expression', 'predicate'];
/** The builtins that take a predicate, and their arguments. */
export const PREDICATE_CALLS: ReadonlyMap<string, readonly PredicateArgument[]> = new Map<
  string,
  readonly PredicateArgument[]
>([
  ...['all', 'none', 'any', 'one', 'filter', 'map', 'find', 'findIndex', 'findLast', 'findLastIndex', 'groupBy'].map(
    (name) => [name, WITH_PREDICATE] as const,
  ),
  ['count', ['expression', 'optional predicate']],
  ['sum', ['expression', 'optional predicate']],
  ['sortBy', ['expression', 'predicate', 'optional expression']],
  ['reduce', ['expression', 'predicate', 'optional expression']],
]);
