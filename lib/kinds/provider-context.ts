import { measurementKey } from '../analysis/names.ts';
import { redact } from '../analysis/redact.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { HttpRequest } from '../model/http.ts';
import type { Ports } from '../model/ports.ts';
import type { JobContext, ProviderContext } from '../model/provider.ts';
import { PROVIDER_ROWS, type ProviderField } from '../model/provider-rows.ts';
import type { ObjectRef } from '../model/ref.ts';
import { runJobs } from './run-jobs.ts';

/** Whose context it is to be. */
export interface Asked {
  readonly field: ProviderField;
  /** Name of the metric. */
  readonly metric: string;
  readonly run: AnalysisRun;
  readonly ref: ObjectRef;
  /** Of the run's arguments: what holds one of them goes to no other host. */
  readonly secretValues?: readonly string[];
}

/**
 * What a provider may use for one metric of a run. The run's Jobs are for the one provider that runs Jobs.
 * @throws AssayError ASSAY_CLUSTER_UNKNOWN
 */
export function contextOf(
  { field, metric, run, ref, secretValues = [] }: Asked,
  ports: Ports,
): ProviderContext | JobContext {
  const cluster = ports.clusters.get(ref.cluster);
  const from = { namespace: ref.namespace, provider: PROVIDER_ROWS[field].type };
  const context: ProviderContext = {
    ...ports.settingsOf?.(ref.cluster),
    fetch: (request) => cluster.fetch({ ...request, from, secretBody: holdsSecret(request, secretValues) }),
    now: ports.now,
    run: ref,
    key: measurementKey(run, metric),
  };
  return field === 'job' ? { ...context, jobs: runJobs(run, cluster) } : context;
}

function holdsSecret({ body = '', secretBody = false }: HttpRequest, secretValues: readonly string[]): boolean {
  return secretBody || (body !== '' && redact(body, secretValues) !== body);
}
