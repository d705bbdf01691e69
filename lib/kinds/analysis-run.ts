import type { SecretReading, Secrets } from '../analysis/arguments.ts';
import { dueAt } from '../analysis/due-at.ts';
import { findDue, secretsNeeded } from '../analysis/due.ts';
import { reconcileAnalysisRun, type SeenRun } from '../analysis/reconcile.ts';
import { findCollections } from '../analysis/retention.ts';
import { isFinished } from '../analysis/phases.ts';
import type { AnalysisRun, AnalysisRunStatus } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import type { Cluster } from '../model/cluster.ts';
import { ANALYSIS_RUN } from './facts/analysis-run.ts';
import { collect, findEnded, take } from './measure.ts';
import { readableKind } from './readable-kind.ts';
import { secretValues } from './secret-values.ts';

/** AnalysisRuns: take the measurements that are due, judge them, and come back for the next. */
export const analysisRun = readableKind<AnalysisRunStatus, SeenRun>({
  facts: ANALYSIS_RUN,

  async observe(object, ref, ports) {
    const cluster = ports.clusters.get(ref.cluster);
    const secrets = await readSecrets(cluster, ref.namespace, secretsNeeded(object));
    const due = findDue(object, secrets, ports.now(), await findEnded(object, ref, ports));
    const { tasks, secretValues: masked } = due.is === 'measuring' ? due : { tasks: [], secretValues: [] };
    const taken = await Promise.all(tasks.map((task) => take(task, object, ref, ports, masked)));
    const collected = await collect(findCollections(object, due, taken), object, ref, ports);
    return { object, due, taken, collected, clock: ports.now };
  },

  reconcile: reconcileAnalysisRun,

  observeUnreadable: refuse,
  dueAt,
});

/** What cannot be read is over, and its message says why; unless it was over before. */
function refuse({ status, ...object }: AnalysisRun, malformation: string): SeenRun | undefined {
  if (isFinished(status?.phase)) return undefined;
  const message = `AnalysisRun cannot be read: ${malformation}`;
  return { object: { ...object, spec: { metrics: [] } }, due: { is: 'refused', message }, taken: [], collected: [] };
}

/**
 * A missing secret, or one that may not be read, ends the run, as its users expect.
 * @throws AssayError if the cluster cannot be asked just now
 */
async function readSecrets(cluster: Cluster, namespace: string, names: readonly string[]): Promise<Secrets> {
  const readings = await Promise.all(
    names.map(async (name) => [name, await readSecret(cluster, namespace, name)] as const),
  );
  return Object.fromEntries(readings);
}

async function readSecret(cluster: Cluster, namespace: string, name: string): Promise<SecretReading> {
  try {
    const secret = await cluster.get('Secret', { namespace, name });
    return secret ? { values: secretValues(secret.data) } : { problem: `secrets "${name}" not found` };
  } catch (error) {
    if (!(error instanceof AssayError) || error.retry) throw error;
    return { problem: error.words };
  }
}
