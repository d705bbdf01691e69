/** The oldest Node that the installed program runs with. A checkout brings its own, newer one. */
export const NEEDED_MAJOR = 20;

/** What to tell a user whose Node (`process.versions.node`) is too old, or undefined where it is not. */
export function nodeComplaint(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= NEEDED_MAJOR) return undefined;
  return (
    `assay: needs Node ${NEEDED_MAJOR} or newer; this is ${version}\n` +
    '  In a checkout, `npx assay ...` runs it with the Node that `npm ci` installed beside it.\n'
  );
}

/** Whether that Node lacks what `older-node.ts` makes up for. */
export function needsMakingUp(version: string): boolean {
  return Number.parseInt(version, 10) < 24;
}
