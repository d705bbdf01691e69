import { measurementKey } from '../analysis/names.ts';
import { redact } from '../analysis/redact.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import { type HttpRequest, LONGEST_REQUEST_MS } from '../model/http.ts';
import type { Ports } from '../model/ports.ts';
import type { JobContext, PluginsContext, ProviderContext } from '../model/provider.ts';
import { PROVIDER_ROWS, type ProviderField } from '../model/provider-rows.ts';
import type { ObjectRef } from '../model/ref.ts';
import { providerSecrets } from './provider-secrets.ts';
import { runJobs } from './run-jobs.ts';

/** Whose context it is to be. */
export interface Asked {
  readonly field: ProviderField;
  readonly metric: string;
  /** The provider's own part of it, arguments resolved. */
  readonly part?: unknown;
  readonly interval?: string | undefined;
  readonly run: AnalysisRun;
  readonly ref: ObjectRef;
  /** Of the run's arguments: what holds one of them goes to no other host. */
  readonly secretValues?: readonly string[];
  /** Hears of what the provider reads of Secrets, to mask it. */
  readonly onSecret?: (value: string) => void;
  /** Hears that the step is to end, before the provider makes something else of it. */
  readonly onAbort?: (reason: AssayError) => void;
}

/**
 * What a provider may use for one metric of a run. The run's Jobs are for the one provider that runs Jobs,
 * and its time for the one that waits for plugins.
 * @throws AssayError ASSAY_CLUSTER_UNKNOWN
 */
export function contextOf(asked: Asked, ports: Ports): ProviderContext | JobContext | PluginsContext {
  const { field, metric, interval, run, ref } = asked;
  const cluster = ports.clusters.get(ref.cluster);
  const secretValues = [...(asked.secretValues ?? [])];
  const hide = (value: string): void => {
    secretValues.push(value);
    asked.onSecret?.(value);
  };
  const prepare = (request: HttpRequest) => bounded(request, { ...asked, secretValues: [...secretValues] }, ports);
  const connected = ports.connectionsOf?.(ref.cluster)?.of(field, asked.part, {
    run: ref,
    now: ports.now,
    hide,
    prepare,
    fetch: (request) => cluster.fetch(request),
    aside: ports.aside ?? (async (wait) => wait()),
    signal: ports.signal,
    mostWaitMs: (request) => (ports.time ? Math.max(ports.time.leftMs() - timeoutOf(request, ports), 0) : Infinity),
    outOfTime() {
      const reason = stepAborted('the turn of a metric on its connection did not come');
      asked.onAbort?.(reason);
      return reason;
    },
  });
  const settings = { ...ports.settingsOf?.(ref.cluster), ...connected?.settings };
  const secrets = providerSecrets(cluster, ref.namespace, settings, hide);
  const context: ProviderContext = {
    ...settings,
    fetch: async (request) => (connected ? connected.fetch(request) : cluster.fetch(prepare(request))),
    now: ports.now,
    run: ref,
    key: measurementKey(run, metric),
    secrets: connected?.secrets(secrets) ?? secrets,
    startedAt: run.status?.startedAt,
    interval,
  };
  if (field === 'job') return { ...context, jobs: runJobs(run, cluster) };
  if (field !== 'plugin') return context;
  return {
    ...context,
    allowMs: (wantedMs) => allowedMs(wantedMs, 'for a plugin', asked, ports),
    signal: ports.signal,
  };
}

/** The request as who asks, and with an end: no template waits for longer than its step can. */
function bounded(request: HttpRequest, asked: Asked, ports: Ports): HttpRequest {
  const { field, ref, secretValues = [] } = asked;
  const { signal } = ports;
  const timeoutMs = allowedMs(request.timeoutMs ?? DEFAULT_REQUEST_MS, 'for the request of a metric', asked, ports);
  return {
    ...request,
    timeoutMs,
    from: { namespace: ref.namespace, provider: PROVIDER_ROWS[field].type },
    secretBody: holdsSecret(request, secretValues),
    ...(signal && { signal }),
  };
}

function allowedMs(wantedMs: number, purpose: string, { onAbort }: Asked, ports: Ports): number {
  const allowed = boundedMs(wantedMs, ports);
  const { time } = ports;
  if (!time || time.leftMs() >= allowed) return allowed;
  const reason = stepAborted(`there is no time left ${purpose}`);
  onAbort?.(reason);
  throw reason;
}

function timeoutOf({ timeoutMs = DEFAULT_REQUEST_MS }: HttpRequest, ports: Ports): number {
  return boundedMs(timeoutMs, ports);
}

function boundedMs(wantedMs: number, { time }: Ports): number {
  return Math.min(wantedMs, LONGEST_REQUEST_MS, Math.max(time?.mostMs ?? Infinity, 1));
}

/** As long as requests wait that say nothing of it. */
const DEFAULT_REQUEST_MS = 30_000;

/** What ends a step that has written nothing. */
export function stepAborted(reason: string): AssayError {
  return new AssayError('ASSAY_STEP_ABORTED', `the step was ended before it was done: ${reason}`, { retry: true });
}

function holdsSecret({ body = '', secretBody = false }: HttpRequest, secretValues: readonly string[]): boolean {
  return secretBody || (body !== '' && redact(body, secretValues) !== body);
}
