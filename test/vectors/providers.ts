import { deepStrictEqual } from 'node:assert';
import { measurementOf } from '../../lib/analysis/measurement.ts';
import { providerFieldOf, providerTypeOf } from '../../lib/analysis/provider-type.ts';
import { judgeByConditions } from '../../lib/analysis/judges/judge-by-conditions.ts';
import { inputOf } from '../../lib/expression/metric-input.ts';
import { providerSecrets } from '../../lib/kinds/provider-secrets.ts';
import type { Measurement, Metric } from '../../lib/model/analysis-run.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { MetricValue } from '../../lib/model/metric-value.ts';
import type { ProviderContext, ProviderSettings, Reading } from '../../lib/model/provider.ts';
import { providerOf } from '../../lib/providers/provider-of.ts';
import { aRun } from '../builders.ts';
import { decodeResult, showValue } from './expression-codec.ts';
import { type Exchange, ProviderSource, type Sent } from './provider-source.ts';

interface WantedMeasurement {
  readonly phase: string;
  readonly value?: string;
  readonly message?: string;
  readonly messageKind?: 'exact' | 'condition' | 'library';
  readonly messageStart?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly resumeAfterSeconds?: number;
}

interface Step {
  readonly call: 'run' | 'resume' | 'terminate' | 'garbageCollect';
  readonly now: string;
  readonly exchanges?: readonly Exchange[];
  readonly result?: { readonly type: string; readonly value: unknown };
  readonly probes?: readonly {
    readonly successCondition?: string;
    readonly failureCondition?: string;
    readonly phase: string;
    readonly message?: string;
  }[];
  readonly measurement?: WantedMeasurement;
  readonly panic?: string;
}

/** What Argo's providers asked of their sources and made of the answers; see providers/README.md. */
export interface ProviderVector {
  readonly id: string;
  readonly controllerNamespace: string;
  readonly runNamespace: string;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly secretErrors?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly runStartedAt?: string;
  readonly metric: Metric;
  readonly providerType: string;
  readonly secretReads?: readonly string[];
  readonly constructError?: string;
  readonly metricMetadata?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

/** @returns what is otherwise than recorded, or undefined */
export async function playProvider(recorded: ProviderVector): Promise<string | undefined> {
  const secure = providerFieldOf(recorded.metric.provider) === 'wavefront';
  const vector = JSON.parse(
    JSON.stringify(recorded)
      .replaceAll('$SERVER', `${secure ? 'https' : 'http'}://127.0.0.1:4242`)
      .replaceAll('$HOST', '127.0.0.1:4242'),
  ) as ProviderVector;
  try {
    await play(vector);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function play(vector: ProviderVector): Promise<void> {
  const { metric } = vector;
  const { provider, spec } = await providerOf(metric);
  equal('type', providerTypeOf(metric.provider), vector.providerType ?? providerTypeOf(metric.provider));
  const reads: string[] = [];
  if (vector.constructError !== undefined) {
    const { context, source } = openContext(vector, new Date('2026-03-04T05:06:07Z'), [], reads);
    const message = await provider.read(spec, context).then(
      () => 'made',
      (error: unknown) => (error instanceof AssayError ? error.words : String(error)),
    );
    equal('constructError', message, vector.constructError);
    equal('requests', source.sent.length, 0);
  }
  let measurement: Measurement | undefined;
  for (const step of vector.steps ?? []) {
    if (step.call === 'garbageCollect') {
      // Nothing is left elsewhere. Argo makes the provider all the same, and reads its secrets.
      reads.push(...(vector.secretReads ?? []).slice(0, 1));
      continue;
    }
    measurement = await playStep(step, measurement, vector, reads);
  }
  equal('secretReads', reads, vector.secretReads ?? []);
  if (vector.steps) equal('metricMetadata', provider.metadata?.(spec) ?? {}, vector.metricMetadata ?? {});
}

async function playStep(step: Step, before: Measurement | undefined, vector: ProviderVector, reads: string[]) {
  const { metric } = vector;
  const { provider, spec } = await providerOf(metric);
  const now = new Date(step.now);
  const { context, source } = openContext(vector, now, step.exchanges ?? [], reads);
  if (step.call !== 'run' && before?.phase !== 'Running') {
    // Nobody asks a provider about what is over; Argo's would read its secrets again.
    reads.push(...(vector.secretReads ?? []).slice(0, 1));
    checkMeasurement(before, step.measurement, now);
    return before;
  }
  const ask = (): Promise<Reading> | undefined => {
    if (step.call === 'run' || before === undefined) return provider.read(spec, context);
    return step.call === 'resume'
      ? provider.resume?.(spec, before, context)
      : provider.terminate?.(spec, before, context);
  };
  const reading = await ask();
  const wanted = step.panic === undefined ? step.measurement : { phase: 'Error' };
  compareRequests(source.sent, step.exchanges ?? []);
  if (!reading) {
    checkMeasurement(before, wanted, now);
    return before;
  }
  const moment = before === undefined ? { startedAt: now } : { before };
  const measurement = measurementOf(reading, metric, { ...moment, finishedAt: now, run: aRun(), result: undefined });
  if (step.panic === undefined) checkMeasurement(measurement, wanted, now);
  else equal('phase', measurement.phase, 'Error');
  if (step.result && reading.is === 'value') {
    equal('result', shown(reading.result), shown(decodeResult(step.result.type, step.result.value)));
    for (const probe of step.probes ?? []) checkProbe(reading.result, probe, now);
  } else equal('result', reading.is === 'value' ? reading.result : undefined, step.result);
  return measurement;
}

function openContext(vector: ProviderVector, now: Date, exchanges: readonly Exchange[], reads: string[]) {
  const source = new ProviderSource(exchanges);
  const { controllerNamespace, runNamespace: namespace, env = {} } = vector;
  const settings: ProviderSettings = {
    controllerNamespace,
    environment: env,
    ...awsSettings(env),
  };
  const cluster = {
    async get(_kind: string, key: { readonly namespace?: string; readonly name: string }) {
      const secret = `${key.namespace}/${key.name}`;
      reads.push(secret);
      const problem = vector.secretErrors?.[secret];
      if (problem !== undefined) throw new AssayError('ASSAY_CLUSTER_DENIED', problem);
      const values = vector.secrets?.[key.namespace ?? '']?.[key.name];
      const data = Object.entries(values ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
      return values && { apiVersion: 'v1', kind: 'Secret', metadata: key, data: Object.fromEntries(data) };
    },
  };
  const context: ProviderContext = {
    ...settings,
    fetch: (request) => source.fetch(request),
    now: () => now,
    run: { cluster: 'c1', kind: 'AnalysisRun', namespace, name: 'run', uid: 'u' },
    key: { uid: 'u', metric: 'm', number: 1 },
    secrets: providerSecrets(cluster as never, namespace, settings, () => {}),
    startedAt: vector.runStartedAt,
    interval: vector.metric.interval,
  };
  return { source, context };
}

function awsSettings(env: Readonly<Record<string, string>>): ProviderSettings {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  const awsRegion = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  return {
    ...(awsRegion !== undefined && { awsRegion }),
    ...(accessKeyId !== undefined && { awsCredentials: async () => ({ accessKeyId, secretAccessKey }) }),
  };
}

/** Amazon's protocols differ by their paths. */
function place(url: string, isAmazons: boolean): string {
  return isAmazons ? new URL(url).origin : new URL(url).href;
}

function compareRequests(sent: readonly Sent[], exchanges: readonly Exchange[]): void {
  const isAmazons = exchanges.some(({ request }) => request.input !== undefined);
  equal(
    'requests',
    sent.map(({ method, url }) => `${method} ${place(url, isAmazons)}`),
    exchanges.map(({ request }) => `${request.method} ${place(request.url, isAmazons)}`),
  );
  for (const [at, { request }] of exchanges.entries()) {
    const ours = sent[at];
    if (!ours) continue;
    if (request.waitedSeconds !== undefined) equal('waited', ours.waitedSeconds, request.waitedSeconds);
    if (request.input) {
      equal('input', inputSent(ours.body), request.input);
      continue;
    }
    const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
    const wanted = headers.filter(([name]) => !OWN_HEADERS.has(name));
    equal('headers', Object.fromEntries(ours.headers), Object.fromEntries(wanted));
    equal('body', parsed(ours.body), parsed(request.body ?? ''));
  }
}

/** What the client decides for all providers: it sends no Referer, and asks for answers that are not compressed. */
const OWN_HEADERS = new Set(['accept-encoding', 'referer']);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

/** As Argo's request has it; its times are seconds here. */
function inputSent(body: string): unknown {
  const input = JSON.parse(body) as Record<string, unknown>;
  return { ...input, StartTime: timeText(input['StartTime']), EndTime: timeText(input['EndTime']) };
}

function timeText(seconds: unknown): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.?0*Z$/, 'Z');
}

function checkMeasurement(ours: Measurement | undefined, wanted: WantedMeasurement | undefined, now: Date): void {
  if (!ours || !wanted) return equal('measurement', ours, wanted);
  equal('phase', [ours.phase, ours.message], [wanted.phase, wantedMessage(ours.message, wanted)]);
  equal('value', ours.value, wanted.value);
  equal('metadata', ours.metadata, wanted.metadata);
  const resumeAfter = ours.resumeAt === undefined ? undefined : (Date.parse(ours.resumeAt) - now.getTime()) / 1000;
  if (ours.phase === 'Running' && wanted.resumeAfterSeconds !== 0) {
    equal('resumeAt', resumeAfter, wanted.resumeAfterSeconds);
  }
}

/** What ours has to be: where the words are a library's, those of their beginning. */
function wantedMessage(ours: string | undefined, { message, messageKind, messageStart = '' }: WantedMeasurement) {
  const isFree = messageKind === 'library' || messageKind === 'condition';
  return isFree && ours?.startsWith(messageStart) === true ? ours : message;
}

type Probe = NonNullable<Step['probes']>[number];

function checkProbe(value: MetricValue, probe: Probe, now: Date): void {
  // What crashes within Argo's expression library is evaluated here: docs/differences.md.
  if (probe.message?.includes('$STACK')) return;
  const { phase, message } = judgeByConditions(value, probe, now);
  const start = probe.message?.split('": ')[0];
  equal(`probe ${JSON.stringify(probe)}`, [phase, message?.split('": ')[0]], [probe.phase, start]);
}

function shown(value: MetricValue): string {
  const { type, result } = inputOf(value);
  if (value.type !== '[]MetricDataResult') return `${type} ${showValue(result)}`;
  return JSON.stringify(value.value, (_key, part: unknown) => {
    if (part === undefined || (Array.isArray(part) && part.length === 0)) return null;
    return typeof part === 'number' && (!Number.isFinite(part) || Object.is(part, -0)) ? `${part} ${1 / part}` : part;
  });
}

function equal(what: string, ours: unknown, wanted: unknown): void {
  try {
    deepStrictEqual(ours, wanted);
  } catch {
    throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(ours)}`);
  }
}
