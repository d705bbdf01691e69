/**
 * RFC 3339 in whole seconds, cut off, as Kubernetes writes times: `2026-11-05T10:00:00Z`.
 * @param at  a number is milliseconds since 1970
 * @throws RangeError for what is no time
 */
export function wholeSeconds(at: Date | number): string {
  return `${new Date(at).toISOString().slice(0, -5)}Z`;
}
