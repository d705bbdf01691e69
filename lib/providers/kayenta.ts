import { goJson } from '../expression/go/json-fields.ts';
import { sprint } from '../expression/go/sprint.ts';
import { isPlainMap, type Value } from '../expression/value.ts';
import type { Measurement } from '../model/analysis-run.ts';
import { durationMs } from '../model/duration.ts';
import type { AssayError } from '../model/errors.ts';
import type { HttpResponse } from '../model/http.ts';
import { formatKey } from '../model/measurement-key.ts';
import type { Provider, ProviderContext, Reading } from '../model/provider.ts';
import type { KayentaMetric } from '../model/providers/kayenta.ts';
import { aList, anInteger, anObject, anything, aText, firstDocument, readShape, unreadable } from './answer-shape.ts';
import { errorReading, readingOf } from './reading.ts';

const TIMEOUT_MS = 15_000;
const RESUME_MS = 15_000;
const ID_KEY = 'canaryExecutionId';
/** Newest first; a step that was lost is taken again long before so many others have begun. */
const MOST_EXECUTIONS = 50;

/**
 * Begins a canary analysis and looks every 15 seconds whether it is over. The score decides by the metric's thresholds;
 * conditions have no say.
 *
 * Each analysis is begun in the name of its measurement, and before one is begun Kayenta is asked for one of that name:
 * so a step that began it and was lost begins no second one. Kayenta cannot be told to end an analysis; one that is
 * terminated here runs on there.
 *
 * @source metricproviders/kayenta/kayenta.go of argoproj/argo-rollouts
 */
export const kayenta: Provider<KayentaMetric> = {
  read: (spec, context) =>
    readingOf(async () => {
      const configId = await findConfig(spec, context);
      const body = bodyOf(spec, context);
      const name = formatKey(context.key);
      const id = (await findExecution(spec, name, context)) ?? (await begin(spec, { configId, name, body }, context));
      if (id === '') return errorReading('Invalid canaryExecutionId');
      return { is: 'pending', resumeAt: later(context), metadata: { [ID_KEY]: id } };
    }),

  resume: (spec, measurement, context) =>
    readingOf(async () => {
      const id = idIn(measurement);
      const answer = await context.fetch({ url: `${spec.address}/canary/${id}`, timeoutMs: TIMEOUT_MS });
      return readScore(answer, spec.threshold, later(context));
    }),

  terminate: async () => ({ is: 'verdict', phase: 'Inconclusive' }),
};

function later({ now }: ProviderContext): Date {
  return new Date(now().getTime() + RESUME_MS);
}

/** @throws AssayError ASSAY_METRIC_UNREADABLE where a status that somebody edited names no execution */
function idIn({ metadata }: Measurement): string {
  const id = metadata?.[ID_KEY] ?? '';
  if (id === '') throw unreadable('Invalid canaryExecutionId');
  return id;
}

const configsShape = aList(
  anObject({
    id: aText,
    name: aText,
    updatedTimestamp: anInteger,
    updatedTimestampIso: aText,
    applications: aList(aText),
  }),
);

/** Nothing in the addresses is escaped: names with `&`, `#` or `?` change what is asked, as in Argo. */
async function findConfig(spec: KayentaMetric, { fetch }: ProviderContext): Promise<string> {
  const { address, application, storageAccountName, canaryConfigName } = spec;
  const parameters = `application=${application}&configurationAccountName=${storageAccountName}`;
  const { status, body } = await fetch({ url: `${address}/canaryConfig?${parameters}`, timeoutMs: TIMEOUT_MS });
  if (status !== 200) throw unreadable(`Invalid Response: HTTP ${status}`);
  const configs = readShape(firstDocument(body), configsShape) ?? [];
  const found = configs.find(({ name }) => name === canaryConfigName);
  if (!found) throw unreadable('Canary config not found');
  return found.id;
}

interface Start {
  readonly configId: string;
  /** Of the measurement: what finds the execution again. */
  readonly name: string;
  readonly body: string;
}

async function begin(
  spec: KayentaMetric,
  { configId, name, body }: Start,
  { fetch }: ProviderContext,
): Promise<string> {
  const { address, application, metricsAccountName, configurationAccountName, storageAccountName } = spec;
  const parameters = [
    `application=${application}`,
    `metricsAccountName=${metricsAccountName}`,
    `configurationAccountName=${configurationAccountName}`,
    `storageAccountName=${storageAccountName}`,
    `parentPipelineExecutionId=${encodeURIComponent(name)}`,
  ];
  const answer = await fetch({
    url: `${address}/canary/${configId}?${parameters.join('&')}`,
    method: 'POST',
    headers: [['Content-Type', 'application/json']],
    body,
    timeoutMs: TIMEOUT_MS,
  });
  if (answer.status !== 200) throw unreadable('Invalid Response');
  return sprint(readMap(answer.body)[ID_KEY] ?? null);
}

const executionsShape = aList(anObject({ pipelineId: aText, parentPipelineExecutionId: aText }));

/** The execution that was begun in this name before. Where Kayenta does not list them, there is none. */
async function findExecution(
  { address, application, storageAccountName }: KayentaMetric,
  name: string,
  { fetch }: ProviderContext,
): Promise<string | undefined> {
  const parameters = `application=${application}&limit=${MOST_EXECUTIONS}&storageAccountName=${storageAccountName}`;
  const { status, body } = await fetch({ url: `${address}/canary/executions?${parameters}`, timeoutMs: TIMEOUT_MS });
  if (status !== 200) return undefined;
  const executions = readShape(body, executionsShape) ?? [];
  return executions.find(({ parentPipelineExecutionId: parent }) => parent === name)?.pipelineId || undefined;
}

function bodyOf({ scopes, threshold, lookback }: KayentaMetric, context: ProviderContext): string {
  const named = new Map(
    scopes.map(({ name, controlScope, experimentScope }) => {
      const start = bothOrNone('start', controlScope.start, experimentScope.start);
      const end = bothOrNone('end', controlScope.end, experimentScope.end);
      const from = start ? undefined : startOf(lookback === true, context);
      const to = end ? undefined : inSeconds(context.now());
      return [
        name,
        { controlScope: detail(controlScope, from, to), experimentScope: detail(experimentScope, from, to) },
      ];
    }),
  );
  const { pass, marginal } = threshold;
  return goJson({ scopes: Object.fromEntries(named), thresholds: { pass, marginal } });
}

type Scope = KayentaMetric['scopes'][number]['controlScope'];

/** Whether they are given. */
function bothOrNone(field: string, control = '', experiment = ''): boolean {
  if ((control === '') === (experiment === '')) return control !== '';
  throw unreadable(`controlScope.${field} and experimentScope.${field} must both be set or be empty`);
}

function detail({ scope, region, step, start, end }: Scope, from: string | undefined, to: string | undefined) {
  return { scope, location: region, step, start: from ?? start, end: to ?? end };
}

function startOf(lookback: boolean, { startedAt, interval = '', now }: ProviderContext): string {
  if (lookback) {
    // In the first step of a run nothing says yet when it began. Argo's controller dies of it.
    if (startedAt === undefined)
      throw unreadable('lookback: the run has no start yet; it has one from the next measurement on');
    return inSeconds(new Date(startedAt));
  }
  try {
    return inSeconds(new Date(now().getTime() - durationMs(interval)));
  } catch (error) {
    throw unreadable(`Invalid duration ${JSON.stringify(interval)}: ${error instanceof Error ? error.message : ''}`);
  }
}

/** RFC 3339, parts of a second cut off. */
function inSeconds(time: Date): string {
  return new Date(Math.floor(time.getTime() / 1000) * 1000).toISOString().replace('.000', '');
}

function readScore({ status, body }: HttpResponse, threshold: KayentaMetric['threshold'], resumeAt: Date): Reading {
  if (status !== 200) throw unreadable('Invalid Response');
  const document = readMap(body);
  const complete = fieldOf(document, ['complete'], 'bool', 'Missing Complete Status');
  if (complete === false) return { is: 'pending', resumeAt };
  const exact = fieldOf(document, ['result', 'judgeResult', 'score', 'score'], 'float64', 'Missing Score');
  const score = Math.trunc(Number(exact));
  return { is: 'verdict', phase: phaseOf(score, threshold), shown: String(score === 0 ? 0 : score) };
}

function phaseOf(score: number, { pass, marginal }: KayentaMetric['threshold']) {
  if (score >= pass) return 'Successful';
  return score >= marginal ? 'Inconclusive' : 'Failed';
}

function readMap(body: string): Readonly<Record<string, Value>> {
  const value = readShape(body, anything);
  if (value === null) return {};
  if (isPlainMap(value)) return value;
  const kind = Array.isArray(value) ? 'array' : typeof value;
  throw unreadable(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
}

/** What is at the end of a path, if it is of its type. */
function fieldOf(document: Value, path: readonly string[], type: 'bool' | 'float64', missing: string): Value {
  const fail = (value: Value, wanted: string): AssayError =>
    unreadable(
      `.${path.join('.')} accessor error: ${sprint(value)} is of the type ${goTypeName(value)}, expected ${wanted}`,
    );
  let value: Value = document;
  for (const name of path) {
    if (value === null) throw unreadable(missing);
    if (!isPlainMap(value)) throw fail(value, 'map[string]interface {}');
    const fields = value as Readonly<Record<string, Value>>;
    if (!Object.hasOwn(fields, name)) throw unreadable(missing);
    value = fields[name] ?? null;
  }
  if (goTypeName(value) !== type) throw fail(value, type);
  return value;
}

function goTypeName(value: Value): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  const names: Readonly<Record<string, string>> = { boolean: 'bool', number: 'float64', string: 'string' };
  return names[typeof value] ?? 'map[string]interface {}';
}
