/**
 * A text of so many characters at most, with `…` at its end where there were more: by that mark `analysis/redact.ts` knows
 * that it may end in the beginning of a secret. Whatever is cut before it is masked must have it.
 */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = Math.max(limit - 1, 0);
  // Half a character before the mark would be no beginning of any secret.
  const isHalved = (text.codePointAt(end - 1) ?? 0) > 0xffff;
  return `${text.slice(0, isHalved ? end - 1 : end)}…`.toWellFormed();
}

/** A text of so many characters at most, which says how many there were. For what has been masked: it has no mark. */
export function cutAndCount(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = `… (cut: ${text.length} characters in all)`;
  return `${text.slice(0, Math.max(limit - end.length, 0))}${end}`.toWellFormed();
}
