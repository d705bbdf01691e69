/** Words longer than this are nobody's typing mistake, and comparing them costs the product of their lengths. */
const LONGEST = 64;

/**
 * The candidate that `word` was most likely meant to be: at most one slip (a letter wrong, missing, too many, or two
 * swapped) for every three letters, one at least. Letter case counts for nothing.
 *
 * @returns the nearest candidate, the earlier of two equally near, or undefined where none is near enough
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** The text ` (did you mean "…"?)` to append to a message, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? '' : ` (did you mean "${candidate}"?)`;
}

/**
 * How many slips turn `from` into `to`.
 * @source Damerau–Levenshtein, in the form that changes no place twice (optimal string alignment)
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + change,
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

/** Every index asked for has been written; the fallback only satisfies the compiler. */
function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
