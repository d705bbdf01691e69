import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { ResourceKind, Resources } from '../../lib/model/resources.ts';
import { type Inventory, prometheusMeter } from '../../lib/serve/prometheus-meter.ts';
import { aMetric, anExperiment, aResult, aRun, aTemplate } from '../builders.ts';

const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook-6fd5', uid: '5a1c' };

/** A cluster that has just these objects. */
const holding = (objects: readonly KubernetesObject[]): Inventory => ({
  name: 'c1',
  stored: <K extends ResourceKind>(kind: K) => objects.filter((object) => object.kind === kind) as Resources[K][],
});

async function scrape(page: ReturnType<typeof prometheusMeter>): Promise<string[]> {
  const { body } = await page.render();
  return body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test("Argo's series of runs and templates, with the cluster beside them", async () => {
  const metrics = [aMetric(), aMetric({ name: 'errors', provider: { web: { url: 'http://x.example.com' } } })];
  const run = aRun({
    spec: { metrics, dryRun: [{ metricName: 'errors' }] },
    status: { phase: 'Running', metricResults: [aResult({ phase: 'Failed' })] },
  });
  const page = prometheusMeter(() => [holding([run, aTemplate()])]);
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
  const page = prometheusMeter(() => [holding(experiments)]);
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
  const page = prometheusMeter(() => [holding(runs)]);
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
  const page = prometheusMeter(() => [holding([run])]);
  expect((await scrape(page)).join('\n')).toContain('dry_run="false"');
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
  const page = prometheusMeter(() => []);
  page.meet(ref);
  for (const finishedMs of before) page.meter.measured(ref, { metric: 'm', startedMs: finishedMs, finishedMs });
  page.meter.measured(ref, { metric: 'm', startedMs: 10_340, finishedMs: 10_350, ...times });
  const lines = (await scrape(page)).map((line) => line.replace('assay_measurement_lateness_seconds_bucket{', ''));
  expect(lines).toContain(want);
});

test('a first measurement is never late: it waits for nothing', async () => {
  const page = prometheusMeter(() => []);
  page.meet(ref);
  page.meter.measured(ref, { metric: 'm', startedMs: 10_340, finishedMs: 10_350 });
  expect((await scrape(page)).join()).not.toContain('assay_measurement_lateness_seconds_count');
});
