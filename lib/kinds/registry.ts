import type { Kind } from '../model/kind.ts';
import { analysisRun } from './analysis-run.ts';
import { experiment } from './experiment.ts';
import type { WatchedKind } from './facts/registry.ts';

/** How each kind of `kinds/facts/registry.ts` is observed and decided about. A new one is a file here and a line below. */
const BY_KIND: Readonly<Record<WatchedKind, Kind>> = { AnalysisRun: analysisRun, Experiment: experiment };

/** Every kind that is looked after. Functions that take kinds have these as default. */
export const KINDS: readonly Kind[] = Object.values(BY_KIND);

/** @throws RangeError for a kind that is not among `kinds`: a forged or foreign message */
export function kindOf(kind: string, kinds: readonly Kind[] = KINDS): Kind {
  const found = kinds.find(({ facts }) => facts.kind === kind);
  if (found) return found;
  const known = kinds.map(({ facts }) => facts.kind).join(', ');
  throw new RangeError(`no kind ${JSON.stringify(kind)}: known are ${known}`);
}
