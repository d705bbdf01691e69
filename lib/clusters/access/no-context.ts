/** More names than that are nothing to choose from. */
const MOST_NAMES = 20;

/** That a kubeconfig, `what`, has no context of a name, and those that it has. */
export function noContext(what: string, name: string, there: readonly string[]): string {
  const begin = `${what} has no context ${name}`;
  if (there.length === 0) return `${begin}, nor any other`;
  const more = there.length > MOST_NAMES ? `, and ${there.length - MOST_NAMES} more` : '';
  return `${begin}; there ${there.length === 1 ? 'is' : 'are'}: ${there.slice(0, MOST_NAMES).join(', ')}${more}`;
}
