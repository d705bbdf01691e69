import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { HttpRequest, HttpResponse } from '../../lib/model/http.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { LIMITS } from '../../lib/model/limits.ts';
import { type ResourceKind, resourceKind } from '../../lib/model/resources.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve } from '../../lib/serve/serve.ts';
import { aMetric, aRun } from '../builders.ts';
import { scrape } from '../scrape.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import { BYSTANDERS, SECRET } from './any-object.ts';

const START = Date.parse('2026-11-05T10:00:00Z');
const INTERVAL_SECONDS = 4;
const COUNT = 4;
/** Of one object, on the average; a measurement each second is the most that one may ask for. */
const STEPS_A_SECOND = 3;
const LARGEST_STATUS = 256_000;

/** How it went for the others. */
export interface Beside {
  /** Objects that the API server took. */
  readonly made: number;
  readonly largestStatus: number;
  /** What was not as it should be, each with what is known of it; empty: nobody noticed. */
  readonly faults: readonly string[];
}

/**
 * Creates `objects` in a tenant's namespace of one of two clusters while `assay serve` runs, all in memory and on a clock of
 * its own, and looks at those who have nothing to do with it: a run in another namespace, one in another cluster, and what
 * nobody may change.
 */
export async function besideInnocents(objects: readonly KubernetesObject[]): Promise<Beside> {
  const clock = virtualClock(START);
  const faults: string[] = [];
  const asked = new Map<string, number[]>();
  const clusters = ['hostile', 'other'].map((name) =>
    memoryCluster(name, { now: clock.now, http: answers(clock, asked, name) }),
  );
  const [hostile, other] = clusters as [MemoryCluster, MemoryCluster];
  const texts: string[] = [];
  let steps = 0;
  const mostSteps = 100 + objects.length * STEPS_A_SECOND * INTERVAL_SECONDS * COUNT;
  const note = (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (message === 'step') steps += 1;
    texts.push(JSON.stringify(fields));
    // Errors with a code are told to who can act on them; anything else is a bug.
    if (message === 'object set aside' || (message === 'step failed' && fields['code'] === undefined)) {
      faults.push(`${message}: ${JSON.stringify(fields).slice(0, 2000)}`);
    }
  };
  await Promise.all(clusters.map(prepare));
  const before = await bystanders(hostile);
  const serving = await serve({
    clusters: clusters.map((cluster) => cachedCluster(cluster, scopesOf({}), { timing: timingOf(clock) })),
    log: { info: note, warn: note, error: note },
    now: clock.now,
    timers: clock.timers,
  });
  const isOver = () => steps > mostSteps;
  serving.failed.catch((error: unknown) => faults.push(`a watch ended: ${(error as Error).stack}`));
  await clock.run(100);

  let made = 0;
  for (const [index, given] of objects.entries()) {
    const metadata = { ...given.metadata, name: `o${index}`, namespace: 'shop' };
    made += await create(hostile, { ...given, metadata });
    if (index % 100 === 99) await clock.run(250, isOver);
  }
  await clock.run(INTERVAL_SECONDS * COUNT * 1000, isOver);
  if (isOver())
    return {
      made,
      largestStatus: 0,
      faults: [...faults, `more than ${mostSteps} steps: one after the other, without a pause`],
    };

  const expected = Array.from({ length: COUNT }, (_, index) => index * INTERVAL_SECONDS);
  for (const { name } of [hostile, other]) {
    const at = (asked.get(name) ?? []).map((ms) => Math.round(ms / 1000));
    if (at.join() !== expected.join())
      faults.push(`cluster ${name}: measured at ${at.join()}, not at ${expected.join()}`);
  }
  const after = await bystanders(hostile);
  for (const [what, version] of before) {
    if (after.get(what) !== version) faults.push(`${what} was ${after.has(what) ? 'changed' : 'deleted'}`);
  }
  // What the tenant itself has written stays: it is told what is wrong with it, and no more.
  const givenLength = (name = '') =>
    JSON.stringify((objects[Number(name.slice(1))] as AnalysisRun | undefined)?.status ?? '').length;
  let largestStatus = 0;
  for (const kind of ['AnalysisRun', 'Experiment'] as const) {
    for (const { status, metadata } of hostile.objects(kind)) {
      const text = JSON.stringify(status ?? {});
      largestStatus = Math.max(largestStatus, text.length);
      texts.push(text);
      if (text.length > Math.max(LARGEST_STATUS, givenLength(metadata.name) + LIMITS.messageCharacters))
        faults.push(`${kind} ${metadata.name}: a status of ${text.length} characters`);
    }
  }
  texts.push(JSON.stringify(hostile.objects('Event')));
  const body = await scrape(serving);
  if (!body.includes('analysis_run_info{cluster="other",namespace="web",name="innocent"'))
    faults.push('no page of metrics');
  const told = formsOfSecret.find((form) => texts.some((text) => text.includes(form)) || body.includes(form));
  if (told !== undefined) faults.push(`a secret was told, as ${told}`);
  await stopped(serving.stop(), clock);
  return { made, largestStatus, faults };
}

const formsOfSecret = [
  JSON.stringify(SECRET.value).slice(1, -1),
  encodeURIComponent(SECRET.value),
  Buffer.from(SECRET.value).toString('base64'),
];

async function create(cluster: MemoryCluster, wanted: KubernetesObject): Promise<number> {
  // What the API server would not take is no attack.
  return cluster.create(resourceKind(wanted.kind), wanted as never).then(
    () => 1,
    () => 0,
  );
}

/** The same in both clusters; the bystanders stand in the tenant's own namespace too. */
async function prepare(cluster: MemoryCluster): Promise<void> {
  const metric = aMetric({
    interval: `${INTERVAL_SECONDS}s`,
    count: COUNT,
    provider: { web: { url: 'https://innocent/' } },
    successCondition: 'result == 1',
  });
  await cluster.create(
    'AnalysisRun',
    aRun({ metadata: { name: 'innocent', namespace: 'web' }, spec: { metrics: [metric] } }),
  );
  for (const namespace of ['web', 'shop']) {
    const data = { [SECRET.key]: Buffer.from(SECRET.value).toString('base64') };
    await create(cluster, { ...object('v1', 'Secret', namespace, SECRET.name), data } as KubernetesObject);
    await create(cluster, {
      ...object('batch/v1', 'Job', namespace, BYSTANDERS.job),
      spec: { template: {} },
    } as KubernetesObject);
    await create(cluster, {
      ...object('apps/v1', 'ReplicaSet', namespace, BYSTANDERS.replicaSet),
      spec: { replicas: 3 },
    } as KubernetesObject);
    const ended = { phase: 'Successful', completedAt: '2026-11-05T09:00:00Z' };
    const run = {
      ...aRun({ metadata: { name: BYSTANDERS.run, namespace, labels: { 'assay.dev/finished': 'true' } } }),
      status: ended,
    };
    await create(cluster, run);
  }
}

function object(apiVersion: string, kind: string, namespace: string, name: string): KubernetesObject {
  return { apiVersion, kind, metadata: { namespace, name } };
}

/** What may not change: its name, and the version that it has. */
async function bystanders(cluster: MemoryCluster): Promise<ReadonlyMap<string, string | undefined>> {
  const named = {
    Secret: SECRET.name,
    Job: BYSTANDERS.job,
    ReplicaSet: BYSTANDERS.replicaSet,
    AnalysisRun: BYSTANDERS.run,
  };
  const found = new Map<string, string | undefined>();
  for (const [kind, name] of Object.entries(named) as [ResourceKind, string][]) {
    for (const { metadata } of cluster.objects(kind)) {
      if (metadata.name === name) found.set(`${kind} ${metadata.namespace}/${name}`, metadata.resourceVersion);
    }
  }
  return found;
}

const reply = (body: string, status = 200): HttpResponse => ({ status, headers: {}, body });

function answers(clock: VirtualClock, asked: Map<string, number[]>, cluster: string) {
  return async ({ url }: HttpRequest): Promise<HttpResponse> => {
    if (url === 'https://innocent/') {
      asked.set(cluster, [...(asked.get(cluster) ?? []), clock.timers.nowMs()]);
      return reply('1');
    }
    if (url.includes('/slow')) await new Promise<void>((resolve) => void clock.timers.after(3000, resolve));
    if (url.includes('/hang')) return new Promise(() => {});
    if (url.includes('/page')) return reply(url.startsWith(HOSTILE_SERVER) ? LONG_PAGE : PAGE);
    if (url.includes('/text')) return reply(LONG_TEXT);
    if (url.includes('/json')) return reply('{"a":[1,2,{"b":"x"}],"__proto__":{"x":1}}');
    if (url.includes('/down') || url.includes('S3cr')) {
      throw new AssayError('ASSAY_HTTP_UNREACHABLE', `Get "${url}": connection refused`, { retry: true });
    }
    if (url.includes('/api/v1/query')) {
      return reply('{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"NaN"]}]}}');
    }
    return reply('[]', url.length % 5 === 0 ? 500 : 200);
  };
}

const PAGE = 'é'.repeat(20_000);
const LONG_PAGE = 'é'.repeat(500_000);
const LONG_TEXT = 'x'.repeat(900_000);
/** Where a server of the tenant's own is, for `attacks`. */
export const HOSTILE_SERVER = 'https://hostile.example.com';

function timingOf({ timers }: VirtualClock) {
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      timers.after(ms, resolve);
      signal.addEventListener('abort', () => resolve());
    });
  return { sleep, random: () => 0.5, nowMs: timers.nowMs };
}

/** It waits by the same clock. */
async function stopped(stop: Promise<void>, clock: VirtualClock): Promise<void> {
  const state = { isOver: false };
  const done = stop.then(() => (state.isOver = true));
  while (!state.isOver) await clock.run(1000, () => state.isOver);
  await done;
}
