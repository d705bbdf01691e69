/**
 * What the commands exit with. The first three are verdicts; the rest say that there is none.
 * @source sysexits.h, for 64 and above
 */
export const EXIT = {
  ok: 0,
  failed: 1,
  undecided: 2,
  badInput: 64,
  unavailable: 69,
  bug: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
