import { beforeEach, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { ResourceKind, Resources } from '../../lib/model/resources.ts';
import { type Inventory, prometheusMeter } from '../../lib/serve/prometheus-meter.ts';
import { aMetric, anExperiment, aResult, aRun, aTemplate } from '../builders.ts';
import { textOf } from '../scrape.ts';

const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook-6fd5', uid: '5a1c' };

/** A cluster that has just these objects. */
const holding = (objects: readonly KubernetesObject[]): Inventory => ({
  name: 'c1',
  stored: <K extends ResourceKind>(kind: K) => objects.filter((object) => object.kind === kind) as Resources[K][],
});

let logged: object[] = [];
beforeEach(() => {
  logged = [];
});
const log = { info() {}, warn() {}, error: (message: string, fields = {}) => void logged.push({ message, ...fields }) };
const open = (inventory: () => readonly Inventory[], openSlices = never) =>
  prometheusMeter(inventory, { log, openSlices });
/** Slices that are never over. */
const never = () => ({ isOver: () => false, pause: async () => {} });

async function scrape(page: ReturnType<typeof prometheusMeter>): Promise<string[]> {
  const body = await textOf(page.render());
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('a page is the same whether its texts are remembered or not', async () => {
  const odd = aRun({
    metadata: { name: 'odd', uid: 'u3' },
    status: { phase: 'Running', startedAt: [] as unknown as string },
  });
  const runs = [aRun(), odd, aRun({ metadata: { name: 'b', uid: 'u2' }, status: { phase: 'Failed' } })];
  const inventory = () => [holding([...runs, aTemplate(), anExperiment()])];
  const pageOf = async (remembered: number) => {
    const page = prometheusMeter(inventory, { log, openSlices: never, remembered });
    return [await scrape(page), await scrape(page)];
  };
  expect(await pageOf(1)).toEqual(await pageOf(100));
  // Told once of each meter.
  expect(logged).toHaveLength(2);
});

test("Argo's series of runs and templates, with the cluster beside them", async () => {
  const metrics = [aMetric(), aMetric({ name: 'errors', provider: { web: { url: 'http://x.example.com' } } })];
  const run = aRun({
    spec: { metrics, dryRun: [{ metricName: 'errors' }] },
    status: { phase: 'Running', metricResults: [aResult({ phase: 'Failed' })] },
  });
  const page = open(() => [holding([run, aTemplate()])]);
  const lines = await scrape(page);
  const object = 'cluster="c1",namespace="shop",name="guestbook-6fd5"';
  expect(lines).toContain(`analysis_run_info{${object},phase="Running"} 1`);
  expect(lines).toContain(`analysis_run_phase{${object},phase="Running"} 1`);
  expect(lines).toContain(`analysis_run_phase{${object},phase="Pending"} 0`);
  expect(lines).toContain(`analysis_run_metric_type{${object},metric="errors",type="Web"} 1`);
  expect(lines).toContain(
    `analysis_run_metric_phase{${object},metric="success-rate",type="Prometheus",dry_run="false",phase="Failed"} 1`,
  );
  expect(lines).toContain(
    `analysis_run_metric_phase{${object},metric="errors",type="Web",dry_run="true",phase="Pending"} 1`,
  );
  expect(lines.filter((line) => line.startsWith('analysis_run_metric_phase'))).toHaveLength(12);
  expect(lines.some((line) => line.startsWith('analysis_template_info{cluster="c1"'))).toBe(true);
  expect(
    lines.some((line) => /^analysis_template_metric_info\{.*type="Prometheus",metric="success-rate"/.test(line)),
  ).toBe(true);
});

test("Argo's series of experiments: no phase of those that failed but in their info", async () => {
  const experiment = anExperiment({ status: { phase: 'Failed' } });
  const { name, namespace, uid } = experiment.metadata;
  const about = { cluster: 'c1', kind: 'Experiment', namespace: namespace ?? '', name: name ?? '', uid: uid ?? '' };
  let experiments = [experiment];
  const page = open(() => [holding(experiments)]);
  page.meet(about);
  page.meter.stepped(about, 0.02);
  page.meter.failed(about);
  const lines = await scrape(page);
  const object = 'cluster="c1",namespace="shop",name="guestbook-compare"';
  expect(lines).toContain(`experiment_info{${object},phase="Failed"} 1`);
  expect(lines).toContain(`experiment_phase{${object},phase="Running"} 0`);
  expect(lines.filter((line) => line.startsWith('experiment_phase'))).toHaveLength(5);
  expect(lines).toContain(`experiment_reconcile_count{${object}} 1`);
  expect(lines).toContain(`experiment_reconcile_error{${object}} 1`);
  experiments = [];
  page.forget(about);
  expect((await scrape(page)).filter((line) => line.includes('guestbook-compare'))).toEqual([]);
});

test('a run that is gone leaves no series behind', async () => {
  let runs = [aRun()];
  const page = open(() => [holding(runs)]);
  page.meet(ref);
  page.meter.stepped(ref, 0.02);
  page.meter.failed(ref);
  expect(await scrape(page)).toContain(
    `analysis_run_reconcile_count{cluster="c1",namespace="shop",name="guestbook-6fd5"} 1`,
  );
  runs = [];
  page.forget(ref);
  // A step that was under way then ends later.
  page.meter.stepped(ref, 0.02);
  page.meter.failed(ref);
  expect((await scrape(page)).filter((line) => line.includes('guestbook-6fd5'))).toEqual([]);
});

test('rules that match nothing do not break the page', async () => {
  const run = aRun({ spec: { dryRun: [{ metricName: 'nothing' }] } });
  const page = open(() => [holding([run])]);
  expect((await scrape(page)).join('\n')).toContain('dry_run="false"');
});

test.each([
  {
    name: 'more metrics than a run may have',
    metrics: Array.from({ length: 201 }, (_, i) => aMetric({ name: `m${i}` })),
  },
  { name: 'a metric whose name is a text', metrics: [aMetric({ name: 'x'.repeat(100_000) })] },
])('of $name the page tells the object alone', async ({ metrics }) => {
  const page = open(() => [holding([aRun({ spec: { metrics } }), aTemplate({ spec: { metrics } })])]);
  const lines = await scrape(page);
  expect(lines.filter((line) => line.includes('metric='))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('analysis_run_info'))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('analysis_template_info'))).toHaveLength(1);
});

const untold = (run: object) => ({ ...aRun({ metadata: { name: 'odd' } }), ...run }) as KubernetesObject;
const namesOf = (lines: readonly string[]) => new Set(lines.flatMap((line) => /,name="(.*?)"/.exec(line)?.[1] ?? []));

describe('a run that cannot be told spoils nothing: it is left out, logged with its name and counted', () => {
  test.each([
    {
      name: 'metrics that are no list',
      run: untold({ spec: { metrics: 'none' } }),
      want: { problem: expect.stringMatching(/^spec.metrics: /) },
    },
    {
      name: 'no specification',
      run: untold({ spec: undefined }),
      want: { problem: expect.stringMatching(/^spec: /) },
    },
    {
      name: 'a list for a time, which breaks no series',
      run: untold({ status: { phase: 'Running', startedAt: ['2026-11-05T10:00:00Z'] } }),
      want: { problem: expect.stringMatching(/^status.startedAt: /) },
    },
    {
      name: 'one that throws when it is looked at',
      run: Object.defineProperty(untold({}), 'spec', {
        get() {
          throw new RangeError('too deep');
        },
      }),
      want: { error: expect.stringMatching(/^RangeError: too deep/) },
    },
  ])('$name', async ({ run, want }) => {
    const page = open(() => [
      holding([aRun({ metadata: { name: 'before' } }), run, aRun({ metadata: { name: 'after' } })]),
    ]);
    const first = await scrape(page);
    expect(namesOf(first)).toEqual(new Set(['before', 'after']));
    expect(first).toContain('assay_objects_set_aside_total{cluster="c1",kind="AnalysisRun"} 1');
    // Once a version.
    expect(await scrape(page)).toEqual(first);
    expect(logged).toEqual([{ ...ref, name: 'odd', message: 'object left out of the metrics', ...want }]);
  });
});

test('what stores set aside is counted by cluster and kind', async () => {
  const page = open(() => []);
  for (const kind of ['Job', 'AnalysisRun', 'Job']) page.setAside('c1', kind);
  const lines = (await scrape(page)).filter((line) => line.startsWith('assay_objects_set_aside_total'));
  expect(lines).toEqual([
    'assay_objects_set_aside_total{cluster="c1",kind="Job"} 2',
    'assay_objects_set_aside_total{cluster="c1",kind="AnalysisRun"} 1',
  ]);
});

test('a page is made in slices: between two of them only so many objects are told, and it is of one moment', async () => {
  let asked = 0;
  let paused = 0;
  const runs = Array.from({ length: 100 }, (_, index) => aRun({ metadata: { name: `run-${index}`, uid: `${index}` } }));
  let stored = runs;
  const page = open(
    () => [holding(stored)],
    () => ({
      isOver: () => (asked += 1) % 7 === 0,
      async pause() {
        paused += 1;
        // They go meanwhile.
        stored = [];
      },
    }),
  );
  const lines = (await textOf(page.render())).split('\n');
  // Four families have a text of each run; each but two, of which there is little, has two more around it.
  const families = lines.filter((line) => line.startsWith('# TYPE')).length;
  expect(asked).toBe(4 * runs.length + 2 * (families - 2));
  expect(paused).toBe(Math.floor(asked / 7));
  expect(lines.filter((line) => line.startsWith('analysis_run_info'))).toHaveLength(runs.length);
  expect(lines.filter((line) => line.startsWith('analysis_run_metric_type'))).toHaveLength(runs.length);
});

test.each([
  {
    name: 'from the status, which keeps whole seconds',
    before: [],
    times: { previousMs: 5000, intervalMs: 5000 },
    want: 'le="0.5",cluster="c1"} 1',
  },
  {
    name: 'from what this process knows better',
    before: [5250],
    times: { previousMs: 5000, intervalMs: 5000 },
    want: 'le="0.1",cluster="c1"} 1',
  },
  {
    name: 'not from a measurement that somebody else has followed up',
    before: [4250],
    times: { previousMs: 5000, intervalMs: 5000 },
    want: 'le="0.25",cluster="c1"} 0',
  },
  {
    name: 'early is not late',
    before: [5900],
    times: { previousMs: 5000, intervalMs: 5000 },
    want: 'le="0.01",cluster="c1"} 1',
  },
])('lateness: $name', async ({ before, times, want }) => {
  const page = open(() => []);
  page.meet(ref);
  for (const finishedMs of before) page.meter.measured(ref, { metric: 'm', startedMs: finishedMs, finishedMs });
  page.meter.measured(ref, { metric: 'm', startedMs: 10_340, finishedMs: 10_350, ...times });
  const lines = (await scrape(page)).map((line) => line.replace('assay_measurement_lateness_seconds_bucket{', ''));
  expect(lines).toContain(want);
});

test('a first measurement is never late: it waits for nothing', async () => {
  const page = open(() => []);
  page.meet(ref);
  page.meter.measured(ref, { metric: 'm', startedMs: 10_340, finishedMs: 10_350 });
  expect((await scrape(page)).join()).not.toContain('assay_measurement_lateness_seconds_count');
});
