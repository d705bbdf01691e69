import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { aMetric } from '../builders.ts';
import { aScheduled, aScheduledOfCluster, type ScheduleParts } from '../schedule/templates.ts';
import { type AnalysisCluster, NAMESPACE, startAnalysisCluster } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { type AssayWebhook, installWebhook, startAssayWebhook } from './servers/assay-webhook.ts';
import { serversAvailable } from './servers/build.ts';
import type { ControlPlane } from './servers/control-plane.ts';
import { findFreePort } from './servers/free-port.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

/** A tick comes each minute, and may have passed just now. */
const PATIENCE = { timeoutMs: 75_000, everyMs: 200 };
const MAIN = join(import.meta.dirname, '../../lib/cli/main.ts');

describe.skipIf(!(await serversAvailable()))('schedules in a cluster', () => {
  let cluster: AnalysisCluster;
  let service: SampleService;
  const started: AssayServe[] = [];

  beforeAll(async () => {
    service = await startSampleService();
    service.page('/good', { body: { ok: true } });
    cluster = await startAnalysisCluster({ controllers: true });
  });
  afterAll(async () => {
    await Promise.all(started.map((assay) => assay.stop()));
    await cluster?.stop();
    await service?.stop();
  });

  const serve = async (options: Parameters<typeof startAssayServe>[0]): Promise<AssayServe> => {
    const assay = await startAssayServe(options);
    started.push(assay);
    return assay;
  };
  const spec = () => ({
    metrics: [aMetric({ successCondition: 'result.ok', provider: { web: { url: `${service.url}/good` } } })],
  });
  /** As users write it: no uid, no time of creation. */
  const scheduled = (name: string, parts: ScheduleParts) => {
    const { annotations = {} } = aScheduled(parts).metadata;
    return {
      ...aScheduled({}, { metadata: { annotations } }),
      metadata: { name, namespace: NAMESPACE, annotations },
      spec: spec(),
    };
  };
  const scheduledOfCluster = (name: string, parts: ScheduleParts) => {
    const { annotations = {} } = aScheduledOfCluster(parts).metadata;
    return { ...aScheduledOfCluster(parts), metadata: { name, annotations }, spec: spec() };
  };
  const runsOf = async (template: string, { api }: ControlPlane = cluster.plane) => {
    const path = `/apis/argoproj.io/v1alpha1/analysisruns?labelSelector=assay.dev%2Fschedule%3D${template}`;
    return (await api.call<{ items: readonly AnalysisRun[] }>(path)).items;
  };
  const eventsOf = async (name: string, { plane = cluster.plane, namespace = NAMESPACE } = {}) => {
    const path = `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3D${name}`;
    const { items } = await plane.api.call<{ items: readonly { reason: string; message: string }[] }>(path);
    return items.map(({ reason, message }) => `${reason}: ${message}`);
  };
  const assayCommand = async (args: readonly string[]) => {
    const whole = [MAIN, ...args, '--kubeconfig', cluster.kubeconfigPath];
    return (await promisify(execFile)(process.execPath, whole, { env: { PATH: process.env['PATH'], NO_COLOR: '1' } }))
      .stdout;
  };

  // These two wait for minutes to come: together.
  test.concurrent('two at once make one run a tick: named, labelled, owned, measured within a second', async () => {
    const { kubeconfigPath } = cluster;
    const both = [await serve({ kubeconfigPath }), await serve({ kubeconfigPath })];
    await cluster.plane.apply(scheduled('each-minute', { '': '* * * * *' }));
    // One that asks for namespaces by their labels, as the service account that infra/cluster gives Assay.
    await cluster.plane.kubectl(['label', 'namespace', NAMESPACE, 'analysed=yes']);
    await cluster.plane.apply(scheduledOfCluster('selected', { '': '* * * * *', namespaces: 'analysed=yes' }));
    const template = await cluster.plane.api.call<KubernetesObject>(
      `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/analysistemplates/each-minute`,
    );
    const runs = await waitFor(
      'two runs of two ticks that have ended',
      async () => {
        const found = await runsOf('each-minute');
        return found.filter(({ status }) => status?.phase === 'Successful').length >= 2 && found;
      },
      { timeoutMs: 150_000, everyMs: 200 },
    );
    await both[1]?.stop();
    const selected = await runsOf('selected');
    expect(new Set(selected.map(({ metadata }) => metadata.namespace))).toEqual(new Set([NAMESPACE]));
    for (const { metadata, status } of runs) {
      const minutes = Number(/^each-minute-(\d+)$/.exec(metadata.name ?? '')?.[1]);
      const tick = new Date(minutes * 60_000);
      expect(metadata.labels).toMatchObject({
        'assay.dev/schedule': 'each-minute',
        'assay.dev/tick': tick.toISOString().replaceAll(/[-:]|\.000/g, ''),
      });
      expect(metadata.ownerReferences).toEqual([
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'AnalysisTemplate',
          name: 'each-minute',
          uid: template.metadata.uid,
          controller: true,
        },
      ]);
      const measuredAt = Date.parse(status?.metricResults?.[0]?.measurements?.[0]?.startedAt ?? '');
      expect(measuredAt - tick.getTime()).toBeLessThanOrEqual(1000);
    }
    expect(new Set(runs.map(({ metadata }) => metadata.name)).size).toBe(runs.length);
    const made = both.flatMap((assay) => assay.log().filter(({ message }) => message === 'run scheduled'));
    const names = made.map((line) => line['run']);
    expect(new Set(names).size).toBe(names.length);
    expect(await eventsOf('each-minute')).toContain(
      `SuccessfulCreate: Created run ${NAMESPACE}/${runs[0]?.metadata.name}`,
    );
  }, 300_000);

  test.concurrent('a namespace that refuses leaves the others alone', async ({ onTestFinished }) => {
    // Of its own: whoever looks after the other one refuses nothing.
    const other = await startAnalysisCluster({ controllers: true, users: [{ name: 'scheduler' }] });
    onTestFinished(() => other.stop());
    const { plane } = other;
    for (const name of ['vault', 'web']) await plane.kubectl(['create', 'namespace', name]);
    for (const name of [NAMESPACE, 'vault', 'web']) await plane.kubectl(['label', 'namespace', name, 'analysed=yes']);
    await allowOnlyIn([NAMESPACE, 'web', 'default'], plane);
    const assay = await startAssayServe({ kubeconfigPath: plane.kubeconfigFor('scheduler') });
    onTestFinished(async () => void (await assay.stop()));
    const placed = async () => (await runsOf('everywhere', plane)).map(({ metadata }) => metadata.namespace);
    await plane.apply(scheduledOfCluster('everywhere', { '': '* * * * *', namespaces: 'analysed=yes' }));
    await waitFor('runs', async () => new Set(await placed()).size >= 2, PATIENCE);
    const failed = await waitFor('the Event', async () => {
      return (await eventsOf('everywhere', { plane, namespace: 'default' })).find((event) =>
        event.startsWith('FailedCreate'),
      );
    });
    expect(failed).toMatch(/^FailedCreate: Cannot make a run in vault: .*forbidden: User "scheduler" cannot create/);
    expect(new Set(await placed())).toEqual(new Set([NAMESPACE, 'web']));
    for (const { metadata } of await runsOf('everywhere', plane)) {
      expect(metadata.name).toMatch(/^everywhere-c\d+$/);
      expect(metadata.ownerReferences).toMatchObject([{ kind: 'ClusterAnalysisTemplate', name: 'everywhere' }]);
    }
    await plane.kubectl(['delete', 'clusteranalysistemplate', 'everywhere']);
    await waitFor('the runs to be collected', async () => (await placed()).length === 0, PATIENCE);
  }, 200_000);

  test('`assay schedules` shows them, and triggers one', async () => {
    await cluster.plane.apply(scheduled('yearly', { '': '@yearly', suspend: 'true' }));
    const rows = JSON.parse(await assayCommand(['schedules', '-n', NAMESPACE, '-o', 'json'])) as { name: string }[];
    expect(rows).toMatchObject([
      { name: 'each-minute', namespace: NAMESPACE, schedule: '* * * * *', lastRun: { phase: expect.any(String) } },
      { name: 'yearly', suspended: true, skipped: 'suspended' },
      { kind: 'ClusterAnalysisTemplate', name: 'selected', schedule: '* * * * *' },
    ]);
    expect(await assayCommand(['schedules', '-A'])).toMatch(
      /NAMESPACE +TEMPLATE.*\nshop +each-minute.*\nshop +yearly.*suspended/,
    );
    expect(await assayCommand(['schedules', 'trigger', 'yearly', '-n', NAMESPACE])).toMatch(
      /^shop\/yearly-m\d+ created\n$/,
    );
    const [run] = await waitFor('the run to end', async () => {
      const found = await runsOf('yearly');
      return found[0]?.status?.phase === 'Successful' && found;
    });
    expect(run?.metadata.labels).not.toHaveProperty(['assay.dev/tick']);
  });

  test('the end of a template is that of its runs', async () => {
    for (const name of ['each-minute', 'yearly', 'selected']) {
      const kind = name === 'selected' ? 'clusteranalysistemplate' : 'analysistemplate';
      await cluster.plane.kubectl(['delete', kind, name, '-n', NAMESPACE]);
      const isGone = async () => (await runsOf(name)).length === 0;
      expect(await waitFor(`the runs of ${name} to be collected`, isGone, PATIENCE)).toBe(true);
    }
  });

  test('bad annotations are told on the template, once', async () => {
    await cluster.plane.apply(scheduled('bad', { '': '61 * * * *' }));
    const told =
      'InvalidSchedule: metadata.annotations["assay.dev/schedule"]: "61 * * * *": minute: expected 0 to 59, got 61';
    await waitFor('the Event', async () => (await eventsOf('bad')).includes(told));
    await cluster.plane.kubectl(['label', 'analysistemplate', 'bad', '-n', NAMESPACE, 'a=b']);
    expect(await eventsOf('bad')).toEqual([told]);
    await cluster.plane.kubectl(['delete', 'analysistemplate', 'bad', '-n', NAMESPACE]);
  });

  describe('with the webhook', () => {
    let webhook: AssayWebhook;
    beforeAll(async () => {
      const port = await findFreePort();
      await installWebhook(cluster.plane, port);
      webhook = await startAssayWebhook({ plane: cluster.plane, port });
    });
    afterAll(async () => webhook?.kill());

    test('who applies or annotates a template is warned', async () => {
      const input = JSON.stringify(scheduled('warned', { '': '@daily', 'time-zone': 'Europe/Berln' }));
      const apply = (text: string) =>
        cluster.plane.kubectl(['apply', '-f', '-', '--warnings-as-errors'], { input: text });
      await waitFor('a warning', async () => {
        const said = await apply(input).catch((error: Error) => error.message);
        return said.includes('assay: error: metadata.annotations["assay.dev/schedule-time-zone"]: "Europe/Berln"');
      });
      await apply(JSON.stringify(scheduled('warned', { '': '@daily', 'time-zone': 'Europe/Berlin' })));
      const annotate = [
        'annotate',
        'analysistemplate',
        'warned',
        '-n',
        NAMESPACE,
        '--warnings-as-errors',
        '--overwrite',
      ];
      await expect(cluster.plane.kubectl([...annotate, 'assay.dev/schedule=never'])).rejects.toThrow(
        'expected 5 fields',
      );
    });
  });
});

/** `scheduler` may look everywhere, and do what Assay does in some namespaces. */
async function allowOnlyIn(namespaces: readonly string[], plane: ControlPlane): Promise<void> {
  const look = ['--verb=get,list,watch', '--resource=*.argoproj.io,*.batch,*.apps,pods,namespaces'];
  await plane.kubectl(['create', 'clusterrole', 'look', ...look]);
  await plane.kubectl(['create', 'clusterrolebinding', 'look', '--clusterrole=look', '--user=scheduler']);
  for (const namespace of namespaces) {
    const binding = ['rolebinding', 'assay', '--clusterrole=assay', '--user=scheduler', '-n', namespace];
    await plane.kubectl(['create', ...binding]);
  }
}
