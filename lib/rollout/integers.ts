const INT32_MAX = 2 ** 31 - 1;

/** The integer that a text is, undefined if it is none. @source strconv.Atoi of Go 1.26 */
export function integerOfText(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** The same if it fits into 32 bits. */
export function integer32Of(text: string): number | undefined {
  const integer = integerOfText(text);
  return integer !== undefined && integer <= INT32_MAX && integer >= -INT32_MAX - 1 ? integer : undefined;
}
