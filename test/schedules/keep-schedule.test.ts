import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cachedCluster, type CachedCluster } from '../../lib/clusters/store/cached.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { systemTimers } from '../../lib/queues/system-timers.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve, type ServeOptions, type Serving } from '../../lib/serve/serve.ts';
import { aMetric, aRun } from '../builders.ts';
import { listening } from '../world.ts';
import { aScheduled, aScheduledOfCluster, annotations } from '../schedule/templates.ts';
import { fakeTiming } from '../fake-timing.ts';

const now = () => new Date();
const at = (text: string) => Date.parse(text);
const T0 = at('2026-11-21T10:58:00Z');
const MINUTE = 60_000;
const good = {
  status: 200,
  headers: {},
  body: JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] },
  }),
};

let memory: MemoryCluster;
let servings: Serving[] = [];

function start(t: number): void {
  vi.useFakeTimers({
    now: t,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  });
  memory = memoryCluster('one', { now, http: async () => good });
}
beforeEach(() => start(T0));
afterEach(async () => {
  await Promise.all(servings.map((serving) => serving.stop()));
  servings = [];
  vi.useRealTimers();
});

/** Once an hour, in place of every few seconds and every minute: it is those looks that weeks are made of. */
const rareLooks: Pick<ServeOptions, 'timers' | 'resyncMs'> = {
  resyncMs: 60 * MINUTE,
  timers: {
    ...systemTimers,
    after: (delayMs, call) => systemTimers.after(delayMs === 5_000 ? 60 * MINUTE : delayMs, call),
  },
};

/** One `assay serve`. */
async function open(
  options: Parameters<typeof scopesOf>[0] = {},
  change: (cluster: MemoryCluster) => MemoryCluster = (c) => c,
  looks: Pick<ServeOptions, 'timers' | 'resyncMs'> = {},
) {
  const cluster: CachedCluster = cachedCluster(change(memory), scopesOf(options), { timing: fakeTiming });
  const serving = await serve({
    clusters: [cluster],
    log: { info() {}, warn() {}, error() {} },
    now,
    ...looks,
  });
  servings.push(serving);
  return serving;
}

const tick = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const runs = () => memory.objects('AnalysisRun');
const names = () => runs().map(({ metadata }) => metadata.name);
const named = (time: string, template = 'nightly') => `${template}-${at(time) / MINUTE}`;
const events = () => memory.objects('Event').map(({ reason, message }) => `${String(reason)}: ${String(message)}`);
const key = { namespace: 'shop', name: 'nightly' };
const long = { metrics: [aMetric({ interval: '1h', count: 9 })] };
const annotate = (parts: Record<string, string>) =>
  memory.patch('AnalysisTemplate', key, { metadata: { annotations: annotations(parts) } });

const create = (...[parts, override]: Parameters<typeof aScheduled>) =>
  memory.create('AnalysisTemplate', aScheduled(parts, override));

describe('assay serve', () => {
  test('a tick has its run at once, measured within a second, and so has the next', async () => {
    await create({ '': '*/15 * * * *' });
    await open();
    await tick(2 * MINUTE - 1);
    expect(names()).toEqual([]);
    await tick(1);
    expect(names()).toEqual([named('2026-11-21T11:00:00Z')]);
    await tick(1000);
    expect(runs()[0]?.status).toMatchObject({ phase: 'Successful' });
    expect(at(runs()[0]?.status?.metricResults?.[0]?.measurements?.[0]?.startedAt ?? '')).toBe(
      at('2026-11-21T11:00:00Z'),
    );
    await tick(30 * MINUTE);
    expect(names()).toEqual(['11:00', '11:15', '11:30'].map((time) => named(`2026-11-21T${time}:00Z`)));
    expect(events()).toContain(`SuccessfulCreate: Created run shop/${named('2026-11-21T11:00:00Z')}`);
  });

  test.each([
    {
      name: 'forward: what is skipped does not come',
      from: '2026-03-29T00:55:00Z',
      schedule: '30 1,2,3 * * *',
      want: ['2026-03-29T01:30:00Z'],
    },
    {
      name: 'back: what comes twice comes twice',
      from: '2026-10-24T23:55:00Z',
      schedule: '30 2 * * *',
      want: ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
    },
  ])('clocks go $name', async ({ from, schedule, want }) => {
    vi.useRealTimers();
    start(at(from));
    await create({ '': schedule, 'time-zone': 'Europe/Berlin' });
    await open();
    await tick(150 * MINUTE);
    expect(names()).toEqual(want.map((time) => named(time)));
  });

  test.each([
    { name: 'a leap day', from: '2028-02-28T23:59:00Z', schedule: '0 0 29 2 *', want: '2028-02-29T00:00:00Z' },
    { name: 'the end of a month', from: '2026-10-30T23:59:30Z', schedule: '0 0 31 * *', want: '2026-10-31T00:00:00Z' },
  ])('$name', async ({ from, schedule, want }) => {
    vi.useRealTimers();
    start(at(from));
    await create({ '': schedule });
    await open();
    await tick(2 * MINUTE);
    expect(names()).toEqual([named(want)]);
  });

  test('a tick of weeks ahead is waited for', async () => {
    await create({ '': '0 0 1 1 *' });
    await open({}, undefined, rareLooks);
    await tick(at('2027-01-01T00:00:00Z') - T0 - 1);
    expect(names()).toEqual([]);
    await tick(1);
    expect(names()).toEqual([named('2027-01-01T00:00:00Z')]);
  });

  test('the clock set back: a tick that was had is not had again', async () => {
    await create({ '': '@hourly' });
    await open();
    await tick(3 * MINUTE);
    vi.setSystemTime(T0);
    await tick(10 * MINUTE);
    expect(names()).toEqual([named('2026-11-21T11:00:00Z')]);
    await tick(60 * MINUTE);
    expect(names()).toEqual([named('2026-11-21T11:00:00Z'), named('2026-11-21T12:00:00Z')]);
  });

  test('the clock set forward: the latest tick is made up for within a minute', async () => {
    await create({ '': '@hourly' });
    await open();
    await tick(3 * MINUTE);
    vi.setSystemTime(at('2026-11-21T15:30:00Z'));
    await tick(MINUTE);
    expect(names()).toEqual([named('2026-11-21T11:00:00Z'), named('2026-11-21T15:00:00Z')]);
  });

  test('a restart at the tick', async () => {
    await create({ '': '@hourly' });
    const first = await open();
    await tick(2 * MINUTE - 1);
    await first.stop();
    await tick(1);
    await open();
    await tick(100);
    expect(names()).toEqual([named('2026-11-21T11:00:00Z')]);
  });

  test('a restart after an outage: of the ticks meanwhile only the latest, and only within the deadline', async () => {
    await create({ '': '@hourly' });
    await memory.create(
      'AnalysisTemplate',
      aScheduled(
        { '': '@hourly', 'starting-deadline': '10m' },
        { metadata: { name: 'strict', annotations: annotations({ '': '@hourly', 'starting-deadline': '10m' }) } },
      ),
    );
    const first = await open();
    await tick(3 * MINUTE);
    await first.stop();
    await tick(200 * MINUTE);
    await open();
    await tick(100);
    const both = [named('2026-11-21T11:00:00Z'), named('2026-11-21T11:00:00Z', 'strict')];
    expect(names()).toEqual([both[0], named('2026-11-21T14:00:00Z'), both[1]]);
    expect(events()).toContain(
      'MissSchedule: Missed the tick of 2026-11-21T14:00:00Z: the starting deadline has passed',
    );
  });

  test('two at once make one run a tick', async () => {
    await create({ '': '*/5 * * * *' });
    await open();
    await open();
    await tick(13 * MINUTE);
    expect(names()).toEqual(['11:00', '11:05', '11:10'].map((time) => named(`2026-11-21T${time}:00Z`)));
    expect(events().filter((event) => event.startsWith('SuccessfulCreate'))).toHaveLength(3);
  });

  test('suspended and resumed', async () => {
    await create({ '': '@hourly' });
    await open();
    await tick(5 * MINUTE);
    await annotate({ suspend: 'true' });
    await tick(120 * MINUTE);
    expect(names()).toHaveLength(1);
    await annotate({ suspend: 'false' });
    await tick(100);
    // As with a CronJob: what was missed counts.
    expect(names()).toEqual([named('2026-11-21T11:00:00Z'), named('2026-11-21T13:00:00Z')]);
  });

  test('until its end', async () => {
    await create({ '': '*/5 * * * *', until: '2026-11-21T11:05:00Z' });
    await open();
    await tick(60 * MINUTE);
    expect(names()).toEqual([named('2026-11-21T11:00:00Z'), named('2026-11-21T11:05:00Z')]);
  });

  test('a template that is edited between ticks: the next run is made of what it says then', async () => {
    await create({ '': '@hourly' });
    await open();
    await tick(MINUTE);
    await memory.patch('AnalysisTemplate', key, { spec: { metrics: [aMetric({ name: 'other' })] } });
    await annotate({ '': '59 * * * *' });
    await tick(100);
    expect(names()).toEqual([named('2026-11-21T10:59:00Z')]);
    expect(runs()[0]?.spec.metrics[0]?.name).toBe('other');
    await tick(MINUTE);
    expect(names()).toHaveLength(1);
  });

  test('a tick that comes while another is still being seen to is not lost', async () => {
    await create({});
    await tick(30_000);
    await open({}, (cluster) => ({
      ...cluster,
      async create(kind, object) {
        if (kind === 'AnalysisRun') await new Promise<void>((resolve) => void setTimeout(resolve, 5000));
        return cluster.create(kind, object);
      },
    }));
    await tick(87_000);
    // 10:59:57.
    await annotate({ '': '* * * * *' });
    await tick(20_000);
    expect(names()).toEqual([named('2026-11-21T10:59:00Z'), named('2026-11-21T11:00:00Z')]);
  });

  test('a schedule that is taken away runs no more', async () => {
    await create({ '': '@hourly' });
    await open();
    await tick(MINUTE);
    await memory.patch('AnalysisTemplate', key, { metadata: { annotations: { 'assay.dev/schedule': null } } });
    await tick(90 * MINUTE);
    expect(names()).toEqual([]);
  });

  test('a run that somebody deletes does not come back', async () => {
    await create({ '': '@hourly' });
    await open();
    await tick(3 * MINUTE);
    await memory.delete('AnalysisRun', { namespace: 'shop', name: named('2026-11-21T11:00:00Z') });
    await tick(10 * MINUTE);
    expect(names()).toEqual([]);
  });

  test('a template that is deleted takes its runs with it', async () => {
    await create({ '': '@hourly' });
    await open();
    await tick(3 * MINUTE);
    await memory.delete('AnalysisTemplate', key);
    await tick(120 * MINUTE);
    expect(names()).toEqual([]);
  });
});

const overlap = async (concurrency: string) => {
  await create({ '': '*/5 * * * *', concurrency }, { spec: long });
  await open();
  await tick(8 * MINUTE);
  return runs().map(({ metadata, spec, status }) => [metadata.name, spec.terminate ?? false, status?.phase]);
};

describe('a run that overlaps the next tick', () => {
  const first = named('2026-11-21T11:00:00Z');
  const second = named('2026-11-21T11:05:00Z');

  test('Allow: both', async () => {
    expect(await overlap('Allow')).toEqual([
      [first, false, 'Running'],
      [second, false, 'Running'],
    ]);
  });

  test('Forbid: the second one has to wait for the end of the first', async () => {
    expect(await overlap('Forbid')).toEqual([[first, false, 'Running']]);
    expect(events().filter((event) => event.startsWith('AlreadyActive'))).toEqual([
      `AlreadyActive: Not starting the run of 2026-11-21T11:05:00Z: ${first} is under way, and concurrency is Forbid`,
    ]);
    await memory.patch('AnalysisRun', { namespace: 'shop', name: first }, { spec: { terminate: true } });
    await tick(1000);
    expect(names()).toEqual([first, second]);
  });

  test('Forbid looks at the cluster: what another process, or a hand, has started counts', async () => {
    const template = await create({ '': '*/5 * * * *' }, { spec: long });
    await memory.create('AnalysisRun', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: {
        name: 'by-hand',
        namespace: 'shop',
        labels: { 'assay.dev/schedule': 'nightly' },
        ownerReferences: [
          {
            apiVersion: template.apiVersion,
            kind: template.kind,
            name: 'nightly',
            uid: template.metadata.uid ?? '',
            controller: true,
          },
        ],
      },
      spec: long,
    });
    await open();
    await tick(8 * MINUTE);
    expect(names()).toEqual(['by-hand']);
  });

  test('Replace: the first is ended as Argo ends runs', async () => {
    expect(await overlap('Replace')).toEqual([
      [first, true, 'Successful'],
      [second, false, 'Running'],
    ]);
    expect(runs()[0]?.status?.message).toBe('Run Terminated');
  });
});

test('old runs go', async () => {
  await create({ '': '* * * * *', history: 'successful=2' });
  await open();
  await tick(10 * MINUTE + 1000);
  expect(names()).toEqual(['11:07', '11:08'].map((time) => named(`2026-11-21T${time}:00Z`)));
});

describe('what is wrong is told on the template, once a change', () => {
  test('annotations', async () => {
    await create({ '': '61 * * * *' });
    await open();
    await tick(10 * MINUTE);
    const told =
      'InvalidSchedule: metadata.annotations["assay.dev/schedule"]: "61 * * * *": minute: expected 0 to 59, got 61';
    expect(events()).toEqual([told]);
    await annotate({ '': '62 * * * *' });
    await tick(10 * MINUTE);
    expect(events()).toEqual([told, told.replaceAll('61', '62')]);
    await annotate({ '': '*/30 * * * *' });
    await tick(30 * MINUTE);
    expect(names()).toEqual([named('2026-11-21T11:30:00Z')]);
  });

  test('arguments', async () => {
    await create({ '': '@hourly' }, { spec: { metrics: [aMetric()], args: [{ name: 'service' }] } });
    await open();
    await tick(120 * MINUTE);
    expect(names()).toEqual([]);
    expect(events()).toEqual([
      'InvalidSchedule: metadata.annotations["assay.dev/schedule-args"]: argument "service" has no value; write {"service": "value"}',
    ]);
  });

  test('templates that are missing; once they are there, it goes on', async () => {
    await create({ '': '@hourly' }, { spec: { templates: [{ templateName: 'late' }], metrics: [] } });
    await open();
    await tick(3 * MINUTE);
    expect(events()).toEqual([
      'FailedCreate: Cannot make a run of AnalysisTemplate nightly: analysistemplate.argoproj.io "late" not found',
    ]);
    await memory.create('AnalysisTemplate', aScheduled({}, { metadata: { name: 'late', annotations: {} } }));
    await tick(60 * MINUTE);
    expect(runs().map(({ metadata, spec }) => [metadata.name, spec.metrics.length])).toEqual([
      [named('2026-11-21T11:00:00Z'), 1],
      [named('2026-11-21T12:00:00Z'), 1],
    ]);
  });

  test('a name that something else has taken', async () => {
    await create({ '': '@hourly' });
    await memory.create('AnalysisRun', aRun({ metadata: { name: named('2026-11-21T11:00:00Z') } }));
    await open();
    await tick(3 * MINUTE);
    expect(events().filter((event) => event.startsWith('FailedCreate'))).toEqual([
      `FailedCreate: Cannot make a run in shop: the name ${named('2026-11-21T11:00:00Z')} is taken`,
    ]);
  });

  test('a template that cannot be read keeps nobody from anything', async () => {
    await create({ '': '@hourly' });
    await memory.create(
      'AnalysisTemplate',
      aScheduled({}, { metadata: { name: 'odd', annotations: annotations({ '': '@hourly' }) } }),
    );
    await memory.patch(
      'AnalysisTemplate',
      { namespace: 'shop', name: 'odd' },
      { spec: { metrics: 'none', args: 7, templates: [1] } },
    );
    await open();
    await tick(3 * MINUTE);
    expect(names()).toEqual([named('2026-11-21T11:00:00Z')]);
    expect(events().filter((event) => event.startsWith('InvalidSchedule'))).toHaveLength(1);
  });
});

const placed = () => runs().map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

const aNamespace = (name: string, labels: Record<string, string> = {}) =>
  memory.create('Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });

describe('templates of the cluster', () => {
  const eleven = `nightly-c${at('2026-11-21T11:00:00Z') / MINUTE}`;

  test('run in the namespaces that are named, beside a template of the same name', async () => {
    await create({ '': '@hourly' });
    await memory.create('ClusterAnalysisTemplate', aScheduledOfCluster({ '': '@hourly', namespaces: 'shop,web' }));
    await open();
    await tick(3 * MINUTE);
    expect(placed()).toEqual([`shop/${named('2026-11-21T11:00:00Z')}`, `shop/${eleven}`, `web/${eleven}`]);
  });

  test('or in those with a label; who matches later runs from then on', async () => {
    await aNamespace('shop', { team: 'web' });
    await aNamespace('lab', { team: 'lab' });
    await memory.create('ClusterAnalysisTemplate', aScheduledOfCluster({ '': '@hourly', namespaces: 'team=web' }));
    const calls: string[] = [];
    await open({}, (cluster) => ({ ...cluster, ...listening(cluster, calls) }));
    await tick(10 * MINUTE);
    expect(placed()).toEqual([`shop/${eleven}`]);
    // Asked once a tick.
    expect(calls.filter((call) => call.startsWith('list Namespace'))).toHaveLength(1);
    await memory.patch('Namespace', { name: 'lab' }, { metadata: { labels: { team: 'web' } } });
    await tick(20 * MINUTE);
    expect(placed()).toEqual([`shop/${eleven}`]);
    await tick(40 * MINUTE);
    expect(placed().map((place) => place.split('/')[0])).toEqual(['lab', 'shop', 'shop']);
  });

  test('a selector that matches nothing is told, once', async () => {
    await aNamespace('lab');
    await memory.create('ClusterAnalysisTemplate', aScheduledOfCluster({ '': '@hourly', namespaces: 'team=web' }));
    await open();
    await tick(180 * MINUTE);
    expect(placed()).toEqual([]);
    expect(events()).toEqual(['NoNamespaces: No namespace has the labels team=web: no runs are made']);
  });

  test('a namespace that refuses leaves the others alone, and is told', async () => {
    await memory.create(
      'ClusterAnalysisTemplate',
      aScheduledOfCluster({ '': '@hourly', namespaces: 'shop,vault,web' }),
    );
    await open({}, (cluster) => ({
      ...cluster,
      async create(kind, object) {
        if (object.metadata.namespace !== 'vault') return cluster.create(kind, object);
        throw new AssayError('ASSAY_CLUSTER_DENIED', 'analysisruns is forbidden', { cluster: 'one' });
      },
    }));
    await tick(10 * MINUTE);
    expect(placed()).toEqual([`shop/${eleven}`, `web/${eleven}`]);
    expect(events().filter((event) => event.startsWith('Failed'))).toEqual([
      'FailedCreate: Cannot make a run in vault: analysisruns is forbidden',
    ]);
  });
});

describe('what is looked after elsewhere', () => {
  const INSTANCE = 'argo-rollouts.argoproj.io/controller-instance-id';
  test("another instance's templates are left to it; its own are served, label and all", async () => {
    const labels = { [INSTANCE]: 'assay' };
    const mine = aScheduled({ '': '@hourly' });
    await memory.create('AnalysisTemplate', { ...mine, metadata: { ...mine.metadata, labels } });
    await memory.create('AnalysisTemplate', { ...mine, metadata: { ...mine.metadata, name: 'theirs' } });
    await open({ instanceId: 'assay' });
    await tick(3 * MINUTE);
    expect(runs()).toMatchObject([
      { metadata: { name: named('2026-11-21T11:00:00Z'), labels }, status: { phase: 'Successful' } },
    ]);
  });

  test('with a selector, runs take over the labels of a template that has them, and others are not made', async () => {
    const mine = aScheduled({ '': '@hourly' });
    await memory.create('AnalysisTemplate', { ...mine, metadata: { ...mine.metadata, labels: { team: 'web' } } });
    await memory.create('AnalysisTemplate', { ...mine, metadata: { ...mine.metadata, name: 'other' } });
    await open({ selector: 'team=web' });
    await tick(3 * MINUTE);
    expect(runs()).toMatchObject([{ metadata: { labels: { team: 'web' } }, status: { phase: 'Successful' } }]);
  });
});
