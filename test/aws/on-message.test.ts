import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { type ClusterSettings, parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { openFairTurns } from '../../lib/model/fair-turns.ts';
import { clusterMessage, formatMessage, type Message } from '../../lib/model/message.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { ObjectMeta } from '../../lib/model/kubernetes.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import type { Runtime } from '../../lib/aws/functions.ts';
import { onMessages } from '../../lib/aws/on-message.ts';
import { aMetric, anExperiment, aRollout, aRun, aTemplate } from '../builders.ts';
import { type Call, listening } from '../world.ts';

const T0 = Date.parse('2026-11-05T10:00:00.250Z');
const INSTANCE = 'argo-rollouts.argoproj.io/controller-instance-id';
const metric = aMetric({ interval: '5s', count: 3 });

let nowMs: number;
const now = () => new Date(nowMs);
let memory: MemoryCluster;
/** What steps see; a test may put something else before `memory`. */
let cluster: Cluster;
let document: Record<string, unknown>;
let calls: Call[];
let sent: { message: Message; inMs: number }[];
let put: Runtime['ports']['queue']['put'];
let lines: { message: string; fields: Readonly<Record<string, unknown>> | undefined }[];
let failed: ObjectRef[];

beforeEach(() => {
  nowMs = T0;
  const body = JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] },
  });
  memory = memoryCluster('c1', { now, http: async () => ({ status: 200, headers: {}, body }) });
  cluster = memory;
  document = { endpoint: 'https://c1.example.com', authentication: { token: { secret: 'token' } } };
  calls = [];
  sent = [];
  put = async (message, at) => void sent.push({ message, inMs: at.getTime() - nowMs });
  lines = [];
  failed = [];
});

const note = (message: string, fields?: Readonly<Record<string, unknown>>) => void lines.push({ message, fields });

function open(): Runtime {
  const settings: ClusterSettings = parseClusterSettings('c1', JSON.stringify(document));
  const clusters = {
    refresh: async () => {},
    settingsOf: (name: string) => (name === 'c1' ? settings : undefined),
    listNames: async () => ['c1'],
    names: () => ['c1'],
    get: () => listening(cluster, calls),
  };
  const meter = {
    stepped() {},
    failed: (ref: ObjectRef) => void failed.push(ref),
    measured() {},
    broken() {},
    unreachable() {},
    flush() {},
  };
  return {
    ports: {
      clusters,
      queue: {
        put: (message, at) => put(message, at),
        during: (work) => work(),
        send: (ref, at, version) => put({ ref, ...(version !== undefined && { version }) }, at),
      },
      bus: { publish: async () => {} },
      log: { info: note, warn: note, error: note },
      meter,
      now,
    },
    clusters,
    meter,
    turns: openFairTurns(),
    schedules: new Map(),
    begin() {},
  };
}

/** Takes messages as one batch. @returns the places of those that return to the queue */
async function take(...messages: readonly (Message | string)[]): Promise<readonly number[]> {
  const records = messages.map((message, index) => ({
    messageId: String(index),
    body: typeof message === 'string' ? message : formatMessage(message),
  }));
  const { batchItemFailures } = await onMessages(records, open(), () => 30_000);
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

async function created(override: Parameters<typeof aRun>[0] = {}): Promise<Message> {
  const { metadata } = await memory.create('AnalysisRun', aRun({ spec: { metrics: [metric] }, ...override }));
  const { namespace = '', name = '', uid = '' } = metadata;
  return { ref: { cluster: 'c1', kind: 'AnalysisRun', namespace, name, uid } };
}

const pick = ({ name = '', uid = '' }: ObjectMeta = {}) => ({ name, uid });
const stored = ({ ref }: Message) => memory.get('AnalysisRun', ref);
const versionOf = async (message: Message) => (await stored(message))?.metadata.resourceVersion;

describe('a step', () => {
  test('of one metric is one GET and one PATCH; the next is asked for with the version that it wrote', async () => {
    const message = await created();
    expect(await take(message)).toEqual([]);
    expect(calls).toEqual(['get AnalysisRun shop/guestbook-6fd5', 'patch AnalysisRun shop/guestbook-6fd5']);
    const version = await versionOf(message);
    expect(sent).toEqual([{ message: { ...message, version }, inMs: 5001 }]);
  });

  test('that comes too early, by the message of the chain, sends on', async () => {
    await take(await created());
    const [next] = sent.splice(0);
    nowMs += 3000;
    await take(next?.message ?? '');
    expect(sent.map(({ message }) => message)).toEqual([next?.message]);
  });

  test('that an event asks for, where nothing is due, sends nothing: the chain is alive', async () => {
    const message = await created();
    await take(message);
    sent = [];
    await take(message, { ...message, version: '1' });
    expect(sent).toEqual([]);
  });

  test('asked for three times at once: one measurement, one message', async () => {
    const message = await created();
    expect(await take(message, message, message)).toEqual([]);
    expect((await stored(message))?.status?.metricResults?.[0]?.measurements).toHaveLength(1);
    expect(sent).toHaveLength(1);
  });

  test.each([
    { name: 'of another instance id', settings: { instanceId: 'assay' }, labels: { [INSTANCE]: 'theirs' } },
    { name: 'with an instance id, where none is ours', settings: {}, labels: { [INSTANCE]: 'theirs' } },
    { name: 'without the labels of the selector', settings: { selector: 'team=web' }, labels: {} },
    { name: 'in another namespace', settings: { namespace: 'other' }, labels: {} },
  ])('is not taken for an object $name, whoever asks', async ({ settings, labels }) => {
    Object.assign(document, settings);
    const message = await created({ spec: { metrics: [metric] }, metadata: { labels } });
    expect(await take(message)).toEqual([]);
    expect(calls).toEqual(['get AnalysisRun shop/guestbook-6fd5']);
    expect(sent).toEqual([]);
  });

  test('that changes the phase of a run tells the experiment that made it', async () => {
    const { metadata } = await memory.create('Experiment', anExperiment());
    const { name = '', uid = '' } = metadata;
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name, uid, controller: true };
    const message = await created({ metadata: { ownerReferences: [owner] }, spec: { metrics: [aMetric()] } });
    await take(message);
    const ref = { cluster: 'c1', kind: 'Experiment', namespace: 'shop', name, uid };
    expect(sent).toEqual([{ message: { ref }, inMs: 0 }]);
  });

  test('of an experiment tells the runs that it makes, and those that it stops', async () => {
    await memory.create('AnalysisTemplate', aTemplate());
    const { metadata } = await memory.create('Experiment', anExperiment());
    const { name = '', uid = '' } = metadata;
    const message: Message = { ref: { cluster: 'c1', kind: 'Experiment', namespace: 'shop', name, uid } };
    const runs = () => sent.filter(({ message: { ref } }) => ref.kind === 'AnalysisRun');
    await take(message);
    await take(message);
    const status = { replicas: 1, readyReplicas: 1, availableReplicas: 1 };
    memory.writeStatus('ReplicaSet', { namespace: 'shop', name: 'guestbook-compare-canary' }, status);
    for (let steps = 0; steps < 3; steps += 1) await take(message);
    const [run] = memory.objects('AnalysisRun');
    const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', ...pick(run?.metadata) };
    expect(runs()).toEqual([{ message: { ref }, inMs: 0 }]);

    sent = [];
    await memory.patch('Experiment', message.ref, { spec: { terminate: true } });
    for (let steps = 0; steps < 2; steps += 1) await take(message);
    expect(memory.objects('AnalysisRun')).toMatchObject([{ spec: { terminate: true } }]);
    expect(runs()).toEqual([{ message: { ref }, inMs: 0 }]);
  });

  test('waits for its turn where the cluster has as many as it may', async () => {
    document['limits'] = { concurrentSteps: 1 };
    let busy = 0;
    let most = 0;
    cluster = {
      ...memory,
      async get(kind, key) {
        most = Math.max(most, (busy += 1));
        await new Promise((resolve) => void setImmediate(resolve));
        busy -= 1;
        return memory.get(kind, key);
      },
    };
    const messages = await Promise.all(['a', 'b', 'c'].map((name) => created({ metadata: { name } })));
    expect(await take(...messages)).toEqual([]);
    expect(most).toBe(1);
    expect(calls).toHaveLength(6);
  });
});

describe('a message', () => {
  test.each([
    { name: 'about a cluster that is not served', other: { cluster: 'c2' }, why: 'cluster not served' },
    { name: 'about another kind', other: { kind: 'Secret' }, why: 'kind not known' },
  ])('$name is passed over', async ({ other, why }) => {
    const { ref } = await created();
    expect(await take({ ref: { ...ref, ...other } })).toEqual([]);
    expect(calls).toEqual([]);
    expect(lines).toMatchObject([{ message: 'message ignored', fields: { why } }]);
  });

  test('about an object that does not exist costs one GET', async () => {
    const { ref } = await created();
    expect(await take({ ref: { ...ref, name: 'forged' } })).toEqual([]);
    expect(calls).toEqual(['get AnalysisRun shop/forged']);
    expect(sent).toEqual([]);
  });

  test('that nobody understands returns to the queue, and no other', async () => {
    expect(await take('{', await created(), '[]')).toEqual([0, 2]);
  });

  test.each([
    { of: 'of its own cluster', source: 'assay.cluster.c1', name: 'forged', reads: 1 },
    { of: 'of another cluster', source: 'assay.cluster.c2', name: 'forged', reads: 0 },
    { of: 'with a name that no object has', source: 'assay.cluster.c1', name: 'x'.repeat(254), reads: 0 },
  ])('made of an event $of is done, after $reads reads', async ({ source, name, reads }) => {
    const body = JSON.stringify({ source, ...(await created()).ref, name });
    expect(await take(body)).toEqual([]);
    expect(calls).toHaveLength(reads);
    const ignored = { message: 'event ignored', fields: { why: 'no object of its sender' } };
    expect(lines).toMatchObject(reads > 0 ? [] : [ignored]);
  });

  test('made of an event whose name is an object, which is no JSON, is a line of the log and done', async () => {
    const body = '{"source":"assay.cluster.c1","cluster":"c1","kind":"AnalysisRun","name":"{"a":1}"}';
    expect(await take(body)).toEqual([]);
    expect(lines).toMatchObject([{ message: 'event ignored', fields: { messageId: '0', event: body } }]);
  });

  test('that meets a bug returns to the queue', async () => {
    cluster = { ...memory, get: () => Promise.reject(new TypeError('a bug')) };
    expect(await take(await created())).toEqual([0]);
    expect(lines.at(-1)).toMatchObject({ message: 'message failed' });
  });

  test('whose next one cannot be sent returns to the queue', async () => {
    put = () => Promise.reject(new AssayError('ASSAY_QUEUE_REFUSED', 'no right to send'));
    expect(await take(await created())).toEqual([0]);
  });

  test('whose step has no time left returns to the queue; the others are done', async () => {
    const [slow, quick] = [
      await created({ metadata: { name: 'slow' } }),
      await created({ metadata: { name: 'quick' } }),
    ];
    cluster = {
      ...memory,
      get: (kind, key) => (key.name === 'slow' ? new Promise(() => {}) : memory.get(kind, key)),
    };
    const records = [slow, quick].map((message, index) => ({ messageId: `${index}`, body: formatMessage(message) }));
    const answer = await onMessages(records, open(), () => 1050);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(lines.at(-1)?.fields?.['error']).toContain('c1/AnalysisRun/shop/slow');
    expect(sent.map(({ message }) => message.ref.name)).toEqual(['quick']);
  });
});

/** What was sent for the change; the rest is asked for by the step itself. */
const again = () => sent.filter(({ message: { before } }) => before !== undefined);
/** A Rollout that waits for its pods, and what an event would say of its next change. */
async function aRolloutAtWork(): Promise<Message> {
  document['rollouts'] = true;
  const { metadata } = await memory.create('Rollout', aRollout());
  const { namespace = '', name = '', uid = '' } = metadata;
  const message: Message = { ref: { cluster: 'c1', kind: 'Rollout', namespace, name, uid } };
  for (let steps = 0; steps < 3; steps += 1) await take(message);
  [sent, calls] = [[], []];
  const { resourceVersion = '' } = (await memory.get('Rollout', message.ref))?.metadata ?? {};
  return { ...message, before: `${uid}@${resourceVersion}` };
}

describe('a message of an event that comes before its change is stored', () => {
  test.each([
    { tries: undefined, inMs: 1000 },
    { tries: 1, inMs: 2000 },
    { tries: 2, inMs: 4000 },
    { tries: 3, inMs: 8000 },
  ])('after $tries tries is taken again in $inMs ms', async ({ tries, inMs }) => {
    const message = { ...(await aRolloutAtWork()), ...(tries !== undefined && { tries }) };
    expect(await take(message)).toEqual([]);
    expect(again()).toEqual([{ message: { ...message, tries: (tries ?? 0) + 1 }, inMs }]);
    expect(failed).toEqual([]);
  });

  test('is left to the next look at the cluster in the end: what was refused does not come', async () => {
    const message = { ...(await aRolloutAtWork()), tries: 4 };
    expect(await take(message)).toEqual([]);
    expect(again()).toEqual([]);
  });

  test('finds the change of a spec when it comes again, and goes on from there', async () => {
    const message = await aRolloutAtWork();
    await take(message);
    await memory.patch('Rollout', message.ref, { spec: { replicas: 7 } });
    const [late] = again();
    sent = [];
    expect(await take(late?.message ?? '')).toEqual([]);
    expect(memory.objects('ReplicaSet')).toMatchObject([{ spec: { replicas: 7 } }]);
    expect(again()).toEqual([]);
  });

  test('finds an abort, which is no new generation', async () => {
    const { ref } = await aRolloutAtWork();
    const [first] = memory.objects('ReplicaSet');
    const status = { replicas: 2, readyReplicas: 2, availableReplicas: 2 };
    memory.writeStatus('ReplicaSet', { namespace: 'shop', name: first?.metadata.name ?? '' }, status);
    for (let steps = 0; steps < 3; steps += 1) await take({ ref });
    const containers = [{ name: 'app', image: 'registry.example/guestbook:2' }];
    await memory.patch('Rollout', ref, { spec: { template: { spec: { containers } } } });
    for (let steps = 0; steps < 3; steps += 1) await take({ ref });
    const { metadata: { resourceVersion = '' } = {}, status: before } = (await memory.get('Rollout', ref)) ?? {};
    await take({ ref, before: `${ref.uid}@${resourceVersion}` });
    const [late] = again();
    memory.writeStatus('Rollout', ref, { ...before, abort: true });
    sent = [];
    expect(await take(late?.message ?? '')).toEqual([]);
    expect((await memory.get('Rollout', ref))?.status?.abortedAt).toBeDefined();
    expect(again()).toEqual([]);
  });

  test('asks for no call and no message more where the change is stored', async () => {
    const { before: _, ...message } = await aRolloutAtWork();
    await take({ ...message, before: `${message.ref.uid}@1` });
    const withIt = { sent, calls };
    [sent, calls] = [[], []];
    await take(message);
    expect(withIt).toEqual({ sent, calls });
  });

  test('about a run that is to come finds it when it comes again', async () => {
    const there = await created();
    const before = `${there.ref.uid}@`;
    cluster = { ...memory, get: async () => undefined };
    await take({ ...there, before });
    expect(sent).toEqual([{ message: { ...there, before, tries: 1 }, inMs: 1000 }]);
    cluster = memory;
    const [late] = again();
    sent = [];
    await take(late?.message ?? '');
    expect((await stored(there))?.status?.phase).toBe('Running');
    expect(again()).toEqual([]);
  });

  test('about pods of a Rollout is taken again while their ReplicaSet is as it was', async () => {
    const { ref } = await aRolloutAtWork();
    const { uid = '', resourceVersion = '' } = memory.objects('ReplicaSet')[0]?.metadata ?? {};
    const message = { ref, before: `${uid}@${resourceVersion}` };
    await take(message);
    expect(again()).toEqual([{ message: { ...message, tries: 1 }, inMs: 1000 }]);
  });
});

describe('a failure that may pass', () => {
  beforeEach(() => memory.setReachable(false));

  test.each([
    { tries: undefined, inMs: 1000 },
    { tries: 1, inMs: 2000 },
    { tries: 5, inMs: 32_000 },
    { tries: 6, inMs: 60_000 },
  ])('after $tries tries is tried again in $inMs ms, by a message of its own', async ({ tries, inMs }) => {
    memory.setReachable(true);
    const message: Message = { ...(await created()), version: '7', ...(tries !== undefined && { tries }) };
    memory.setReachable(false);
    expect(await take(message)).toEqual([]);
    expect(sent).toEqual([{ message: { ...message, tries: (tries ?? 0) + 1 }, inMs }]);
    expect(failed).toEqual([message.ref]);
  });

  test('is left to the next look at the cluster in the end', async () => {
    memory.setReachable(true);
    const message = { ...(await created()), tries: 7 };
    memory.setReachable(false);
    expect(await take(message)).toEqual([]);
    expect(sent).toEqual([]);
  });

  test('of the look at a cluster is left to the next', async () => {
    expect(await take(clusterMessage('c1'))).toEqual([]);
    expect(sent).toEqual([]);
    expect(lines.map(({ message }) => message)).toContain('objects not listed');
  });
});

test('a server that says when to come back is heeded', async () => {
  const message = await created();
  const error = new AssayError('ASSAY_CLUSTER_THROTTLED', 'slow down', { retry: true, retryAfterMs: 17_000 });
  cluster = { ...memory, get: () => Promise.reject(error) };
  expect(await take(message)).toEqual([]);
  expect(sent).toEqual([{ message: { ...message, tries: 1 }, inMs: 17_000 }]);
});

test('a failure that does not pass is told on the object, and nothing is tried again', async () => {
  const message = await created();
  const error = new AssayError('ASSAY_CLUSTER_DENIED', 'analysisruns is forbidden');
  cluster = { ...memory, patch: () => Promise.reject(error) };
  expect(await take(message)).toEqual([]);
  expect(sent).toEqual([]);
  expect(memory.objects('Event')).toMatchObject([
    { type: 'Warning', reason: 'StepFailed', message: error.message, involvedObject: { kind: 'AnalysisRun' } },
  ]);
});

const denied = () => Promise.reject(new AssayError('ASSAY_CLUSTER_DENIED', 'forbidden'));

test('where that cannot be told either, there is the log', async () => {
  const message = await created();
  cluster = { ...memory, patch: denied, recordEvent: denied };
  expect(await take(message)).toEqual([]);
  expect(lines.map(({ message: text }) => text)).toEqual(['step failed', 'event not recorded']);
});

test('one message has several clusters looked at, whatever is wrong with the first', async () => {
  const { ref } = await created();
  expect(await take(clusterMessage('nobody', ['c1']))).toEqual([]);
  expect(sent).toEqual([{ message: { ref }, inMs: 0 }]);
  expect(lines.map(({ message }) => message)).toEqual(['message ignored', 'overdue']);
  put = () => Promise.reject(new AssayError('ASSAY_QUEUE_UNREACHABLE', 'no answer', { retry: true }));
  expect(await take(clusterMessage('nobody', ['c1']))).toEqual([0]);
});

test('the look at a cluster asks for the steps that were lost', async () => {
  const { ref } = await created();
  expect(await take(clusterMessage('c1'))).toEqual([]);
  expect(sent).toEqual([{ message: { ref }, inMs: 0 }]);
});
