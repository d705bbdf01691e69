import type { ObjectMeta } from './kubernetes.ts';

/**
 * Admission comes before storage: who hears of a change may read what was there before it, and is to look again soon. So an
 * event says what it found: of each object that changed `<uid>@<resourceVersion>`, without a resourceVersion where there was
 * none yet; several with a space between, those of older changes first.
 *
 * API servers store a change only on the very version that its admission saw, and ask for admission anew where there is
 * another by then. So an object that is of no such version has this change, or there is an event of its own to come.
 */
export function beforeOf({ uid = '', resourceVersion = '' }: ObjectMeta): string {
  return `${uid}@${resourceVersion}`;
}

/** Of changes that are told at once; beyond it, those that have had the longest time to be stored are left out. */
const MOST = 16;

export function joinBefore(older: string, newer: string): string {
  const all = [...older.split(' '), ...newer.split(' ')].filter((one) => one !== '');
  return [...new Set(all)].slice(-MOST).join(' ');
}

/** What `joinBefore` gives is no longer: a uid has 36 characters, a resourceVersion 20. */
export const LONGEST_BEFORE = 1024;
