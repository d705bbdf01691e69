import type { Kind } from '../model/kind.ts';
import { analysisRun } from './analysis-run.ts';
import { experiment } from './experiment.ts';

/** Every resource that Assay looks after. A new one is a file here and a line below. */
const KINDS = { AnalysisRun: analysisRun, Experiment: experiment } as const satisfies Readonly<Record<string, Kind>>;

export type WatchedKind = keyof typeof KINDS;

export const WATCHED_KINDS = Object.keys(KINDS) as readonly WatchedKind[];

export function isWatchedKind(kind: string): kind is WatchedKind {
  return Object.hasOwn(KINDS, kind);
}

/** @throws RangeError for a kind that is not in the table: a forged or foreign message */
export function kindOf(kind: string): Kind {
  if (isWatchedKind(kind)) return KINDS[kind];
  throw new RangeError(`no kind ${JSON.stringify(kind)}: known are ${WATCHED_KINDS.join(', ')}`);
}
