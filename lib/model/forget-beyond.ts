/** Keeps what grows bounded: takes out the entry that was set the longest ago, where there are more than `most`. */
export function forgetBeyond(most: number, kept: Map<string, unknown>): void {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}
