import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { memoryCluster } from '../../../lib/clusters/memory/memory-cluster.ts';
import { experiment } from '../../../lib/kinds/experiment.ts';
import { AssayError } from '../../../lib/model/errors.ts';
import type { Experiment } from '../../../lib/model/experiment.ts';
import { apply } from '../../../lib/runtime/apply.ts';

/** One look at the experiment in a cluster whose API server refuses the pods. */
export async function check(): Promise<string> {
  const now = new Date();
  const memory = memoryCluster('memory', { now: () => now });
  const words = 'json: cannot unmarshal object into env';
  const cluster = {
    ...memory,
    create: () => Promise.reject(new AssayError('ASSAY_CLUSTER_REFUSED', words, { cluster: 'memory' })),
  };
  const object = parse(readFileSync(join(import.meta.dirname, 'input.yaml'), 'utf8')) as Experiment;
  const seen = {
    object,
    replicaSets: [],
    services: [],
    runs: new Map(),
    templates: { template: () => undefined, clusterTemplate: () => undefined },
  };
  const first = experiment.reconcile(seen, now);
  const [change] = first.changes;
  const reply = change && (await apply(change, cluster));
  const { status } = experiment.reconcile(seen, now, reply ? [reply] : []);
  const [template] = status.templateStatuses ?? [];
  return `${template?.status}: ${template?.message}`;
}
