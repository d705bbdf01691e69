/** Go's sort.Interface. */
export interface Sortable {
  readonly length: number;
  readonly isLess: (left: number, right: number) => boolean;
  readonly swap: (left: number, right: number) => void;
}

const INSERTION_LENGTH = 12;
const NINTHER_LENGTH = 50;
type Hint = 'increasing' | 'decreasing' | 'none';

/**
 * Sorts in place, in the very order of comparisons and swaps of Go's sort.Sort. It is not stable beyond 12 elements, and
 * which of two equals comes first decides what `sortBy(…)[0]` is.
 *
 * @source the pattern-defeating quicksort in Go's sort package; https://arxiv.org/abs/2106.05123
 */
export function sort(data: Sortable): void {
  if (data.length > 1) quicksort(data, 0, data.length, bitLength(data.length));
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}

function quicksort(data: Sortable, from: number, to: number, badPivots: number): void {
  let [start, end, limit] = [from, to, badPivots];
  let wasBalanced = true;
  let wasPartitioned = true;
  for (;;) {
    const length = end - start;
    if (length <= INSERTION_LENGTH) return insertionSort(data, start, end);
    if (limit === 0) return heapSort(data, start, end);
    if (!wasBalanced) {
      breakPatterns(data, start, end);
      limit--;
    }
    let { pivot, hint } = choosePivot(data, start, end);
    if (hint === 'decreasing') {
      reverse(data, start, end);
      pivot = end - 1 - (pivot - start);
      hint = 'increasing';
    }
    if (wasBalanced && wasPartitioned && hint === 'increasing' && partialInsertionSort(data, start, end)) return;
    if (start > 0 && !data.isLess(start - 1, pivot)) {
      start = partitionEqual(data, start, end, pivot);
      continue;
    }
    const { middle, isPartitioned } = partition(data, start, end, pivot);
    wasPartitioned = isPartitioned;
    const threshold = Math.trunc(length / 8);
    if (middle - start < end - middle) {
      wasBalanced = middle - start >= threshold;
      quicksort(data, start, middle, limit);
      start = middle + 1;
    } else {
      wasBalanced = end - middle >= threshold;
      quicksort(data, middle + 1, end, limit);
      end = middle;
    }
  }
}

function insertionSort(data: Sortable, start: number, end: number): void {
  for (let index = start + 1; index < end; index++) {
    for (let at = index; at > start && data.isLess(at, at - 1); at--) data.swap(at, at - 1);
  }
}

function heapSort(data: Sortable, start: number, end: number): void {
  const length = end - start;
  for (let root = Math.trunc((length - 1) / 2); root >= 0; root--) siftDown(data, root, length, start);
  for (let last = length - 1; last >= 0; last--) {
    data.swap(start, start + last);
    siftDown(data, 0, last, start);
  }
}

function siftDown(data: Sortable, from: number, end: number, offset: number): void {
  let root = from;
  for (let child = 2 * root + 1; child < end; child = 2 * root + 1) {
    if (child + 1 < end && data.isLess(offset + child, offset + child + 1)) child++;
    if (!data.isLess(offset + root, offset + child)) return;
    data.swap(offset + root, offset + child);
    root = child;
  }
}

/** Swaps three elements with others that a fixed pseudo-random sequence names. */
function breakPatterns(data: Sortable, start: number, end: number): void {
  const length = end - start;
  let random = BigInt(length);
  const mask = (1n << BigInt(bitLength(length))) - 1n;
  const middle = start + Math.trunc(length / 4) * 2;
  for (let index = middle - 1; index <= middle + 1; index++) {
    random = BigInt.asUintN(64, random ^ (random << 13n));
    random ^= random >> 7n;
    random = BigInt.asUintN(64, random ^ (random << 17n));
    const other = Number(random & mask);
    data.swap(index, start + (other >= length ? other - length : other));
  }
}

function choosePivot(data: Sortable, start: number, end: number): { pivot: number; hint: Hint } {
  const quarter = Math.trunc((end - start) / 4);
  const counter = { swaps: 0 };
  let low = start + quarter;
  let middle = start + quarter * 2;
  let high = start + quarter * 3;
  if (end - start >= NINTHER_LENGTH) {
    low = median(data, low - 1, low, low + 1, counter);
    middle = median(data, middle - 1, middle, middle + 1, counter);
    high = median(data, high - 1, high, high + 1, counter);
  }
  const pivot = median(data, low, middle, high, counter);
  return { pivot, hint: counter.swaps === 0 ? 'increasing' : counter.swaps === 12 ? 'decreasing' : 'none' };
}

function median(data: Sortable, one: number, two: number, three: number, counter: { swaps: number }): number {
  let [low, middle, high] = [one, two, three];
  const isSwapped = (left: number, right: number) => {
    if (!data.isLess(right, left)) return false;
    counter.swaps++;
    return true;
  };
  if (isSwapped(low, middle)) [low, middle] = [middle, low];
  if (isSwapped(middle, high)) [middle, high] = [high, middle];
  if (isSwapped(low, middle)) middle = low;
  return middle;
}

function reverse(data: Sortable, start: number, end: number): void {
  for (let low = start, high = end - 1; low < high; low++, high--) data.swap(low, high);
}

/** Mends a few pairs that are out of order; whether everything is in order afterwards. */
function partialInsertionSort(data: Sortable, start: number, end: number): boolean {
  let index = start + 1;
  for (let step = 0; step < 5; step++) {
    while (index < end && !data.isLess(index, index - 1)) index++;
    if (index === end) return true;
    if (end - start < 50) return false;
    data.swap(index, index - 1);
    if (index - start >= 2) {
      for (let at = index - 1; at >= 1 && data.isLess(at, at - 1); at--) data.swap(at, at - 1);
    }
    if (end - index >= 2) {
      for (let at = index + 1; at < end && data.isLess(at, at - 1); at++) data.swap(at, at - 1);
    }
  }
  return false;
}

/** Puts what equals the pivot, which nothing is below, in front of what is above it. */
function partitionEqual(data: Sortable, start: number, end: number, pivot: number): number {
  data.swap(start, pivot);
  let low = start + 1;
  let high = end - 1;
  for (;;) {
    while (low <= high && !data.isLess(start, low)) low++;
    while (low <= high && data.isLess(start, high)) high--;
    if (low > high) return low;
    data.swap(low++, high--);
  }
}

function partition(
  data: Sortable,
  start: number,
  end: number,
  pivot: number,
): { middle: number; isPartitioned: boolean } {
  data.swap(start, pivot);
  let low = start + 1;
  let high = end - 1;
  for (let isPartitioned = true; ; isPartitioned = false) {
    while (low <= high && data.isLess(low, start)) low++;
    while (low <= high && !data.isLess(high, start)) high--;
    if (low > high) {
      data.swap(high, start);
      return { middle: high, isPartitioned };
    }
    data.swap(low++, high--);
  }
}
