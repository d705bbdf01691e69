import type { Kind } from '../model/kind.ts';
import { analysisRun } from './analysis-run.ts';

/** Every resource that Assay looks after. A new one is a file here and a line below. */
const KINDS = { AnalysisRun: analysisRun } as const satisfies Readonly<Record<string, Kind>>;

export type WatchedKind = keyof typeof KINDS;

export const WATCHED_KINDS = Object.keys(KINDS) as readonly WatchedKind[];

/** @throws RangeError for a kind that is not in the table: a forged or foreign message */
export function kindOf(kind: string): Kind {
  if (Object.hasOwn(KINDS, kind)) return KINDS[kind as WatchedKind];
  throw new RangeError(`no kind ${JSON.stringify(kind)}: known are ${WATCHED_KINDS.join(', ')}`);
}
