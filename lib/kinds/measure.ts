import { resolveMetric, withPlaceholders } from '../analysis/arguments.ts';
import { ERROR_RETRY_MS, findWaiting, nextAfter, type Task } from '../analysis/due.ts';
import type { Taken } from '../analysis/record.ts';
import { redact } from '../analysis/redact.ts';
import { lastMeasurement, resultsOf } from '../analysis/results.ts';
import type { Collected, Collection } from '../analysis/retention.ts';
import { SpecError } from '../analysis/spec-error.ts';
import type { AnalysisRun, Measurement, Metric } from '../model/analysis-run.ts';
import { AssayError } from '../model/errors.ts';
import { pastMs } from '../model/moment.ts';
import type { MeasurementTimes, Ports } from '../model/ports.ts';
import type { ProviderContext, Reading } from '../model/provider.ts';
import { formatRef, type ObjectRef } from '../model/ref.ts';
import { providerOf, type Source } from '../providers/provider-of.ts';
import { contextOf, stepAborted } from './provider-context.ts';

/** How many providers a run asks at once whether a measurement is over. */
const MOST_AT_ONCE = 10;

/**
 * Carries out one task. Whatever goes wrong in a provider is the measurement's error, never the step's.
 *
 * @param secretValues  of the run's arguments; what is taken still holds them, and is not for statuses as it stands
 * @throws AssayError ASSAY_STEP_ABORTED where the step is to end
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
  // What the provider reads of Secrets on its own is as secret as what arguments hold.
  const read: string[] = [];
  const masks = () => (read.length === 0 ? {} : { secretValues: [...read] });
  let reason: AssayError | undefined;
  const onAbort = (given: AssayError): void => {
    reason = given;
  };
  // What a provider makes of a request that was ended with its step is no measurement.
  const requireGoingOn = (): void => {
    if (reason) throw reason;
    if (ports.signal?.aborted) throw stepAborted('the process stops, or the time of its invocation is over');
  };
  try {
    const named = await providerOf(task.metric);
    const { field } = named;
    const part = ports.connectionsOf?.(ref.cluster)?.fill(field, named.spec) ?? named.spec;
    const source = { ...named, spec: part };
    const { name, interval } = task.metric;
    const onSecret = (value: string) => void read.push(value);
    const context = contextOf(
      { field, metric: name, part, interval, run, ref, secretValues, onSecret, onAbort },
      ports,
    );
    const reading = await readSource(source, task, context);
    requireGoingOn();
    const finishedAt = ports.now();
    const described = task.isFirst ? source.provider.metadata?.(source.spec) : undefined;
    const metadata = described && { metadata: described };
    if (!reading) return { task, startedAt, went: 'nowhere', ...metadata, ...masks() };
    return { task, startedAt, went: 'read', reading, finishedAt, ...metadata, ...masks() };
  } catch (error) {
    requireGoingOn();
    // Anything but an AssayError is a bug of the provider: its users see an error, its authors this line.
    if (!(error instanceof AssayError)) {
      const text = redact(String(error), [...secretValues, ...read]);
      ports.log.error('provider failed', { object: formatRef(ref), metric: task.metric.name, error: text });
    }
    const message = error instanceof AssayError ? error.words : messageOf(error);
    return { task, startedAt, went: 'failed', message, ...masks() };
  }
}

/** @returns undefined where the provider cannot look again at what is under way */
async function readSource(
  { provider, spec }: Source,
  { does, measurement }: Task,
  context: ProviderContext,
): Promise<Reading | undefined> {
  if (does === 'run' || measurement === undefined) return provider.read(spec, context);
  return provider[does]?.(spec, measurement, context);
}

/**
 * The metrics whose measurement under way is over before its time: whoever asked for this step may have known. What
 * cannot be found out just now is found out at that time.
 */
export async function findEnded(run: AnalysisRun, ref: ObjectRef, ports: Ports): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  const waiting = findWaiting(run, ports.now());
  for (let at = 0; at < waiting.length; at += MOST_AT_ONCE) {
    const asked = waiting.slice(at, at + MOST_AT_ONCE);
    const names = await Promise.all(
      asked.map(async ({ metric, measurement }) =>
        (await hasEnded(metric, measurement, run, ref, ports)) ? [metric.name] : [],
      ),
    );
    for (const name of names.flat()) ended.add(name);
  }
  return ended;
}

/** Whether one measurement is over; false where that cannot be found out just now. */
async function hasEnded(
  unresolved: Metric,
  measurement: Measurement,
  run: AnalysisRun,
  ref: ObjectRef,
  ports: Ports,
): Promise<boolean> {
  try {
    const metric = resolveMetric(unresolved, withPlaceholders(run.spec.args ?? []));
    const { field, provider, spec } = await providerOf(metric);
    const context = contextOf({ field, metric: metric.name, part: spec, run, ref }, ports);
    return (await provider.hasEnded?.(spec, measurement, context)) ?? false;
  } catch (error) {
    if (error instanceof AssayError || error instanceof SpecError) return false;
    throw error;
  }
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
  const source = await findSource(metric);
  if (!source) return 'skipped';
  const { field, provider, spec } = source;
  try {
    await provider.collect?.(spec, keep, contextOf({ field, metric: metric.name, part: spec, run, ref }, ports));
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

async function findSource(metric: Metric): Promise<Source | undefined> {
  try {
    return await providerOf(metric);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
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
