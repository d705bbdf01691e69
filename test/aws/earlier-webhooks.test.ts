import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Runtime } from '../../lib/aws/functions.ts';
import { onMessages } from '../../lib/aws/on-message.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { refOfDetail } from '../../lib/model/change-event.ts';
import { parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { openFairTurns } from '../../lib/model/fair-turns.ts';
import type { Message } from '../../lib/model/message.ts';
import { aClusterDocument, aMetric, aRun } from '../builders.ts';
import { envelopeOf, type InputTransformer, isMatch, transformed } from '../e2e/aws-template/event-rule.ts';

// What webhooks and rules of earlier versions said, kept as they said it: while a thousand webhooks are upgraded, the
// deployment hears from all of them. Lines here are only added.

interface EarlierEvent {
  readonly of: string;
  readonly event: { readonly source: string; readonly 'detail-type': string; readonly detail: object };
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, 'earlier', file), 'utf8'));
const EVENTS = read('webhook-events.json') as readonly EarlierEvent[];
const MESSAGES = read('messages.json') as readonly { readonly of: string; readonly body: string }[];

const bus = parse(readFileSync(join(import.meta.dirname, '../../infra/aws/bus.yml'), 'utf8')) as {
  readonly Resources: {
    readonly ClusterEvents: {
      readonly Properties: {
        readonly EventPattern: object;
        readonly Targets: readonly { readonly InputTransformer: InputTransformer }[];
      };
    };
  };
};
const { EventPattern, Targets } = bus.Resources.ClusterEvents.Properties;

const now = () => new Date('2026-11-30T10:00:00Z');
const ANSWER = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ value: [0, '1'] }] } });
let cluster: MemoryCluster;
let uid: string;
let sent: Message[];

beforeEach(async () => {
  cluster = memoryCluster('c1', { now, http: async () => ({ status: 200, headers: {}, body: ANSWER }) });
  const run = aRun({ metadata: { name: 'guestbook' }, spec: { metrics: [aMetric({ interval: '5s', count: 3 })] } });
  const { metadata } = await cluster.create('AnalysisRun', run);
  uid = metadata.uid ?? '';
  sent = [];
});

const put = async (message: Message): Promise<void> => void sent.push(message);

async function deliver(body: string): Promise<void> {
  const settings = parseClusterSettings('c1', JSON.stringify(aClusterDocument()));
  const clusters = {
    refresh: async () => {},
    settingsOf: (name: string) => (name === 'c1' ? settings : undefined),
    listNames: async () => ['c1'],
    names: () => ['c1'],
    get: () => cluster,
  };
  const meter = { stepped() {}, failed() {}, measured() {}, broken() {}, unreachable() {}, flush() {} };
  const runtime: Runtime = {
    ports: {
      clusters,
      queue: { put, send: (ref) => put({ ref }), during: (work) => work() },
      bus: { publish: async () => {} },
      log: { info() {}, warn() {}, error() {} },
      meter,
      now,
    },
    clusters,
    meter,
    turns: openFairTurns(),
    schedules: new Map(),
    begin() {},
  };
  const answer = await onMessages([{ messageId: '1', body }], runtime, () => 30_000);
  expect(answer.batchItemFailures).toEqual([]);
}

const measurements = async (): Promise<number> => {
  const run = await cluster.get('AnalysisRun', { namespace: 'shop', name: 'guestbook' });
  return run?.status?.metricResults?.[0]?.measurements?.length ?? 0;
};
const filledIn = <T>(told: T): T => JSON.parse(JSON.stringify(told).replaceAll('UID', uid)) as T;

describe('an earlier webhook beside this deployment', () => {
  test.each(EVENTS)('$of: its event becomes a message, whose run is measured at once', async ({ event }) => {
    const { source, 'detail-type': detailType, detail } = filledIn(event);
    const envelope = envelopeOf({ source, detailType, detail: { ...detail } });
    expect(isMatch(EventPattern, envelope)).toBe(true);
    const [target] = Targets;
    if (!target) throw new Error('the rule has no target');
    await deliver(transformed(target.InputTransformer, envelope));
    expect(await measurements()).toBe(1);
    expect(sent).toHaveLength(1);
  });

  test.each(EVENTS)('$of: assay serve knows whom its event is about', ({ event }) => {
    const { detail } = filledIn(event);
    expect(refOfDetail(detail)).toEqual({
      cluster: 'c1',
      kind: 'AnalysisRun',
      namespace: 'shop',
      name: 'guestbook',
      uid,
    });
  });
});

test.each(MESSAGES)('a message that waits while the functions are replaced is taken: $of', async ({ body }) => {
  await deliver(filledIn({ body }).body);
  expect(await measurements()).toBe(1);
});
