import type { Kind, KindRow } from '../model/kind.ts';
import { analysisRun } from './analysis-run.ts';
import { ALL_FACTS, factsFor, type WatchedKind } from './facts/registry.ts';

/**
 * How each kind of `kinds/facts/registry.ts` is observed and decided about. A new one is a file here and a line below.
 * Runs are what most processes begin with; what else there is, is loaded with its first object.
 */
const LOADERS: Readonly<Record<WatchedKind, () => Promise<Kind>>> = {
  AnalysisRun: async () => analysisRun,
  Experiment: async () => (await import('./experiment.ts')).experiment,
  Rollout: async () => (await import('./rollout.ts')).rollout,
};

const ROWS: readonly KindRow[] = ALL_FACTS.map((facts) => ({ facts, load: LOADERS[facts.kind] }));

/** The kinds that are looked after in a cluster. */
export function kindsFor(wanted: { readonly rollouts?: boolean }): readonly KindRow[] {
  const facts = factsFor(wanted);
  return ROWS.filter((row) => facts.includes(row.facts));
}

/** What is looked after everywhere. Functions that take kinds have these as default. */
export const KINDS: readonly KindRow[] = kindsFor({});

/** @throws RangeError for a kind that is not among `kinds`: a forged or foreign message */
export async function loadKind(kind: string, kinds: readonly KindRow[] = KINDS): Promise<Kind> {
  const found = kinds.find(({ facts }) => facts.kind === kind);
  if (found) return found.load();
  const known = kinds.map(({ facts }) => facts.kind).join(', ');
  throw new RangeError(`no kind ${JSON.stringify(kind)}: known are ${known}`);
}
