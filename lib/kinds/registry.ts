import type { Kind, KindRow } from '../model/kind.ts';
import { analysisRun } from './analysis-run.ts';
import { FACTS, type WatchedKind } from './facts/registry.ts';

/**
 * How each kind of `kinds/facts/registry.ts` is observed and decided about. A new one is a file here and a line below.
 * Runs are what most processes begin with; what else there is, is loaded with its first object.
 */
const LOADERS: Readonly<Record<WatchedKind, () => Promise<Kind>>> = {
  AnalysisRun: async () => analysisRun,
  Experiment: async () => (await import('./experiment.ts')).experiment,
};

/** Every kind that is looked after. Functions that take kinds have these as default. */
export const KINDS: readonly KindRow[] = FACTS.map((facts) => ({ facts, load: LOADERS[facts.kind] }));

/** @throws RangeError for a kind that is not among `kinds`: a forged or foreign message */
export async function loadKind(kind: string, kinds: readonly KindRow[] = KINDS): Promise<Kind> {
  const found = kinds.find(({ facts }) => facts.kind === kind);
  if (found) return found.load();
  const known = kinds.map(({ facts }) => facts.kind).join(', ');
  throw new RangeError(`no kind ${JSON.stringify(kind)}: known are ${known}`);
}
