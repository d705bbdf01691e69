import { ERROR_RETRY_MS, findWaiting, nextAfter, type Task } from '../analysis/due.ts';
import type { Taken } from '../analysis/record.ts';
import { redact } from '../analysis/redact.ts';
import { lastMeasurement, resultsOf } from '../analysis/results.ts';
import type { Collected, Collection } from '../analysis/retention.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import { pastMs } from '../model/moment.ts';
import type { MeasurementTimes, Ports } from '../model/ports.ts';
import type { Provider, ProviderContext, Reading } from '../model/provider.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import { providerOf } from '../providers/registry.ts';

/**
 * Carries out one task. Whatever goes wrong in a provider is the measurement's error, never the step's.
 *
 * @param secretValues  of the run's arguments; what is taken still holds them, and is not for statuses as it stands
 */
export async function take(
  task: Task,
  run: AnalysisRun,
  ref: ObjectRef,
  ports: Ports,
  secretValues: readonly string[] = [],
): Promise<Taken> {
  const startedAt = ports.now();
  const taken = await takeAt(startedAt, task, run, { ref, ports, secretValues });
  if (task.does === 'run') ports.meter.measured(ref, timesOf(taken, run, startedAt, ports.now()));
  return taken;
}

interface Asking {
  readonly ref: ObjectRef;
  readonly ports: Ports;
  readonly secretValues: readonly string[];
}

async function takeAt(startedAt: Date, task: Task, run: AnalysisRun, asking: Asking): Promise<Taken> {
  const { ref, ports, secretValues } = asking;
  try {
    const provider = providerOf(task.metric);
    const reading = await read(provider, task, run, contextOf(asking, provider));
    const finishedAt = ports.now();
    const described = task.isFirst ? provider.metadata?.(task.metric) : undefined;
    const metadata = described && { metadata: described };
    if (!reading) return { task, startedAt, went: 'nowhere', ...metadata };
    return { task, startedAt, went: 'read', reading, finishedAt, ...metadata };
  } catch (error) {
    // Anything but an AssayError is a bug of the provider: its users see an error, its authors this line.
    if (!(error instanceof AssayError)) {
      const reason = redact(String(error), secretValues);
      ports.log.error('provider failed', { object: formatRef(ref), metric: task.metric.name, error: reason });
    }
    return { task, startedAt, went: 'failed', message: messageOf(error) };
  }
}

/** @returns undefined where the provider cannot look again at what is under way */
async function read(
  provider: Provider,
  { does, metric, measurement }: Task,
  run: AnalysisRun,
  context: ProviderContext,
): Promise<Reading | undefined> {
  if (does === 'run' || measurement === undefined) return provider.read(metric, run, context);
  return provider[does]?.(metric, run, measurement, context);
}

/**
 * The metrics whose measurement under way is over before its time: whoever asked for this step may have known. What
 * cannot be found out just now is found out at that time.
 */
export async function findEnded(run: AnalysisRun, ref: ObjectRef, ports: Ports): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  for (const { metric, measurement } of findWaiting(run, ports.now())) {
    try {
      const provider = findProvider(metric);
      const context = provider && contextOf({ ref, ports, secretValues: [] }, provider);
      if (context && (await provider.hasEnded?.(run, measurement, context))) ended.add(metric.name);
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
    }
  }
  return ended;
}

/** One after the other, up to the first that fails: what is left is tried again at the next step. */
export async function collect(
  collections: readonly Collection[],
  run: AnalysisRun,
  ref: ObjectRef,
  ports: Ports,
): Promise<readonly Collected[]> {
  const collected: Collected[] = [];
  for (const collection of collections) {
    const went = await collectOne(collection, run, ref, ports);
    collected.push({ collection, went });
    if (went === 'failed') break;
  }
  return collected;
}

async function collectOne(
  { metric, keep }: Collection,
  run: AnalysisRun,
  ref: ObjectRef,
  ports: Ports,
): Promise<Collected['went']> {
  const provider = findProvider(metric);
  if (!provider) return 'skipped';
  try {
    await provider.collect?.(metric, run, keep, contextOf({ ref, ports, secretValues: [] }, provider));
    return 'done';
  } catch (error) {
    ports.log.warn('measurements not collected', {
      object: formatRef(ref),
      metric: metric.name,
      error: messageOf(error),
    });
    return 'failed';
  }
}

function findProvider(metric: Collection['metric']): Provider | undefined {
  try {
    return providerOf(metric);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

function contextOf({ ref, ports, secretValues }: Asking, { type }: Provider): ProviderContext {
  const cluster = ports.clusters.get(ref.cluster);
  const from = { namespace: ref.namespace, provider: type };
  const fetch = async (request: HttpRequest): Promise<HttpResponse> => {
    const { body = '' } = request;
    const secretBody = request.secretBody === true || (body !== '' && redact(body, secretValues) !== body);
    return cluster.fetch({ ...request, from, secretBody });
  };
  return { ...ports.settingsOf?.(ref.cluster), cluster: { ...cluster, fetch }, now: ports.now };
}

function timesOf({ task }: Taken, run: AnalysisRun, startedAt: Date, finishedAt: Date): MeasurementTimes {
  const { metric } = task;
  const times = { metric: metric.name, startedMs: startedAt.getTime(), finishedMs: finishedAt.getTime() };
  const last = lastMeasurement(resultsOf(run.status).get(metric.name));
  if (last?.finishedAt === undefined) return times;
  const previousMs = pastMs(last.finishedAt, startedAt);
  return { ...times, previousMs, intervalMs: nextAfter(metric, last, ERROR_RETRY_MS, startedAt) - previousMs };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
