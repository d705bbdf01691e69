import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CLUSTER_BASE } from '../../lib/cli/cluster-base.ts';
import { renderManifests } from '../../lib/cli/render-manifests.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { LIFETIME_MS, makeCertificate } from '../../lib/webhook/certificate.ts';
import { openStubServer } from '../clusters/api/stub-server.ts';
import { aMetric, aRun, aTemplate, anExperiment } from '../builders.ts';
import { startAssayServe } from './servers/assay-serve.ts';
import { type AssayWebhook, installWebhook, startAssayWebhook } from './servers/assay-webhook.ts';
import { serversAvailable } from './servers/build.ts';
import { type ControlPlane, startControlPlane } from './servers/control-plane.ts';
import { type EventSink, startEventSink, type SunkEvent } from './servers/event-sink.ts';
import { findFreePort } from './servers/free-port.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

const runs = '/apis/argoproj.io/v1alpha1/namespaces/shop/analysisruns';
const experiments = '/apis/argoproj.io/v1alpha1/namespaces/shop/experiments';
const secretPath = '/api/v1/namespaces/assay-system/secrets/assay-webhook-tls';
const configurationPath = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/assay-webhook';
const minutes = 60_000;

describe.skipIf(!(await serversAvailable()))('the webhook of a real API server', () => {
  let plane: ControlPlane;
  let sink: EventSink;
  let webhook: AssayWebhook;
  let port: number;

  beforeAll(async () => {
    plane = await startControlPlane();
    sink = await startEventSink();
    port = await findFreePort();
    await installWebhook(plane, port);
    await plane.kubectl(['create', 'namespace', 'shop']);
    webhook = await startAssayWebhook({ plane, port, env: { ...sink.env, ASSAY_CERTIFICATE_LOOK_SECONDS: '1' } });
    // API servers hear of a configuration, and of its authority, through a watch.
    await waitFor('a first event', async () => {
      await plane.api.call(runs, { method: 'POST', body: named('first') });
      await plane.api.call(`${runs}/first`, { method: 'DELETE' });
      return sink.events.length > 0;
    });
  }, 15 * minutes);

  afterAll(async () => {
    await webhook?.kill();
    await sink?.stop();
    await plane?.stop();
  });

  const eventsAbout = (name: string): readonly SunkEvent[] =>
    sink.events.filter(({ detail }) => (detail as { name: string }).name === name);
  const typesAbout = (name: string): readonly string[] => eventsAbout(name).map((event) => event['detail-type']);
  /** The types of the events about an object, once there are so many. */
  const told = async (name: string, count: number): Promise<readonly string[]> =>
    waitFor(`${count} events of ${name}`, () => typesAbout(name).length >= count && typesAbout(name), { everyMs: 10 });

  it('tells that a run came, that its spec changed, that it went; and of no status', async () => {
    const created = await plane.api.call<AnalysisRun>(runs, { method: 'POST', body: named('one') });
    expect(await told('one', 1)).toEqual(['AnalysisRun Created']);
    const patch = { contentType: 'application/merge-patch+json', method: 'PATCH' } as const;
    await plane.api.call(`${runs}/one`, { ...patch, body: { status: { phase: 'Running' } } });
    await plane.api.call(`${runs}/one`, { ...patch, body: { metadata: { labels: { a: 'b' } } } });
    const terminated = await plane.api.call<AnalysisRun>(`${runs}/one`, {
      ...patch,
      body: { spec: { terminate: true } },
    });
    expect(await told('one', 2)).toEqual(['AnalysisRun Created', 'AnalysisRun Updated']);
    await plane.api.call(`${runs}/one`, { ...patch, body: { status: { phase: 'Successful' } } });
    await plane.api.call(`${runs}/one`, { method: 'DELETE' });
    expect(await told('one', 3)).toEqual(['AnalysisRun Created', 'AnalysisRun Updated', 'AnalysisRun Deleted']);

    const { uid } = created.metadata;
    const key = { cluster: 'e2e', kind: 'AnalysisRun', namespace: 'shop', name: 'one', uid };
    const [came, changed, went] = eventsAbout('one');
    expect(came).toMatchObject({ source: 'assay.cluster.e2e', detail: key });
    expect(came?.detail).toEqual({ ...key, before: `${uid}@` });
    // Where the API server saw an older version first, it asked twice.
    expect(changed?.detail).toEqual({
      ...key,
      before: expect.stringMatching(new RegExp(`^${uid}@\\d+( ${uid}@\\d+)*$`)),
    });
    expect(went?.detail).toEqual({ ...key, before: '' });
    expect(JSON.stringify(went)).not.toContain(terminated.spec.metrics[0]?.name);
  });

  it('tells that a status was taken away, so that the object begins anew', async () => {
    const body = anExperiment({ metadata: { name: 'retried' } });
    await plane.api.call(experiments, { method: 'POST', body });
    expect(await told('retried', 1)).toEqual(['Experiment Created']);
    const patch = { contentType: 'application/merge-patch+json', method: 'PATCH' } as const;
    await plane.api.call(`${experiments}/retried`, { ...patch, body: { status: { phase: 'Failed' } } });
    await plane.api.call(`${experiments}/retried`, { ...patch, body: { status: null } });
    expect(await told('retried', 2)).toEqual(['Experiment Created', 'Experiment Updated']);
  });

  it('tells of experiments too, and of names that the API server makes up', async () => {
    await plane.api.call(experiments, { method: 'POST', body: anExperiment({ metadata: { name: 'compare' } }) });
    expect(await told('compare', 1)).toEqual(['Experiment Created']);
    const { metadata } = named('none');
    const body = { ...named('none'), metadata: { namespace: metadata.namespace, generateName: 'made-up-' } };
    const made = await plane.api.call<AnalysisRun>(runs, { method: 'POST', body });
    expect(await told(made.metadata.name ?? '', 1)).toEqual(['AnalysisRun Created']);
  });

  it('says nothing of dry runs', async () => {
    await plane.api.call(`${runs}?dryRun=All`, { method: 'POST', body: named('dry') });
    await plane.api.call(runs, { method: 'POST', body: named('wet') });
    expect(await told('wet', 1)).toEqual(['AnalysisRun Created']);
    expect(typesAbout('dry')).toEqual([]);
  });

  it('tells a run that its Job is over, and an experiment that its ReplicaSet has other pods', async () => {
    const run = await plane.api.call<AnalysisRun>(runs, { method: 'POST', body: named('has-job') });
    expect(await told('has-job', 1)).toEqual(['AnalysisRun Created']);
    const jobs = '/apis/batch/v1/namespaces/shop/jobs';
    const job = await plane.api.call<KubernetesObject>(jobs, { method: 'POST', body: aJob(run) });
    const startTime = '2026-11-05T10:00:00Z';
    const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: startTime });
    const writeStatus = (path: string, status: unknown) =>
      plane.api.call(`${path}/status`, {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: { status },
      });
    await writeStatus(`${jobs}/measure`, { active: 1, startTime });
    await writeStatus(`${jobs}/measure`, {
      active: 0,
      succeeded: 1,
      completionTime: startTime,
      conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
    });
    expect(await told('has-job', 2)).toEqual(['AnalysisRun Created', 'AnalysisRun Changed']);
    const { uid } = run.metadata;
    expect(eventsAbout('has-job')[1]?.detail).toEqual({
      cluster: 'e2e',
      kind: 'AnalysisRun',
      namespace: 'shop',
      name: 'has-job',
      uid,
      before: expect.stringMatching(new RegExp(`^${job.metadata.uid}@\\d+$`)),
    });

    const body = anExperiment({ metadata: { name: 'has-pods' } });
    const experiment = await plane.api.call<AnalysisRun>(experiments, { method: 'POST', body });
    expect(await told('has-pods', 1)).toEqual(['Experiment Created']);
    const replicaSets = '/apis/apps/v1/namespaces/shop/replicasets';
    await plane.api.call(replicaSets, { method: 'POST', body: aReplicaSet(experiment) });
    await writeStatus(`${replicaSets}/canary`, { replicas: 1, readyReplicas: 1, availableReplicas: 1 });
    expect(await told('has-pods', 2)).toEqual(['Experiment Created', 'Experiment Changed']);
  });

  it('has kubectl print what lint finds, and lets it pass', async () => {
    const wrong = aTemplate({ spec: { metrics: [aMetric({ successCondition: 'resul > 1' })] } });
    const input = JSON.stringify(wrong);
    await expect(plane.kubectl(['apply', '-f', '-', '--warnings-as-errors'], { input })).rejects.toThrow(
      /Warning: assay: error: spec\.metrics\[0\]\.successCondition: .*did you mean "result"/,
    );
    expect(await plane.kubectl(['get', 'at', '-n', 'shop', '-o', 'name'])).toContain('success-rate');

    const right = { ...aTemplate(), metadata: { name: 'right', namespace: 'shop' } };
    await plane.kubectl(['apply', '-f', '-', '--warnings-as-errors'], { input: JSON.stringify(right) });
  });

  it('shows its figures', async () => {
    const { body } = await webhook.page('/metrics');
    expect(body).toMatch(/^assay_webhook_admissions_total\{allowed="true"\} [1-9]/m);
    expect(body).toMatch(/^assay_webhook_admission_seconds_count [1-9]/m);
    expect(await webhook.page('/readyz')).toEqual({ status: 200, body: 'ok\n' });
  });

  it('renews its certificate before it expires, without a restart', async () => {
    const before = await shownCertificate(port);
    const age = LIFETIME_MS * 0.8;
    const due = await makeCertificate(['127.0.0.1'], new Date(Date.now() - age));
    await writeSecret(due);
    const after = await waitFor('another certificate', async () => {
      const shown = await shownCertificate(port);
      return shown.fingerprint256 !== before.fingerprint256 && shown;
    });
    expect(Date.parse(after.validTo) - Date.now()).toBeGreaterThan(LIFETIME_MS * 0.9);
    await plane.api.call(runs, { method: 'POST', body: named('renewed') });
    expect(await told('renewed', 1)).toEqual(['AnalysisRun Created']);
    expect(webhook.log()).not.toContain('PRIVATE KEY');
  });

  it('puts back what somebody took away: its authority, or its secret', async () => {
    const configuration = await plane.api.call<Configuration>(configurationPath);
    const without = configuration.webhooks.map((each) => ({
      ...each,
      clientConfig: { ...each.clientConfig, caBundle: null },
    }));
    await plane.api.call(configurationPath, { method: 'PUT', body: { ...configuration, webhooks: without } });
    const bundles = async () =>
      (await plane.api.call<Configuration>(configurationPath)).webhooks.map(
        ({ clientConfig }) => clientConfig.caBundle,
      );
    await waitFor('the authority', async () => (await bundles()).every((bundle) => bundle !== undefined));
    expect(await bundles()).toEqual(configuration.webhooks.map(({ clientConfig }) => clientConfig.caBundle));

    const before = await shownCertificate(port);
    await plane.api.call(secretPath, { method: 'DELETE' });
    const after = await waitFor('another certificate', async () => {
      const shown = await shownCertificate(port);
      return shown.fingerprint256 !== before.fingerprint256 && shown;
    });
    expect(after.toString()).toBe(await storedCertificate());
  });

  it('is installed by what `assay manifests` prints, which kustomize makes of infra/cluster too', async () => {
    const options = { cluster: 'e2e', busArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/assay' };
    const input = renderManifests(CLUSTER_BASE, options);
    // Warnings would say what breaks the pod security standard of the namespace.
    const apply = ['apply', '-f', '-', '--dry-run=server', '--warnings-as-errors'];
    expect(await plane.kubectl(apply, { input })).toContain('deployment.apps/assay-webhook created');

    const byKustomize = objectsOf(await plane.kubectl(['kustomize', join(import.meta.dirname, '../../infra/cluster')]));
    const unnamed = objectsOf(renderManifests(CLUSTER_BASE, { cluster: '' }));
    expect(byKustomize).toHaveLength(unnamed.length);
    expect(unnamed).toEqual(expect.arrayContaining(byKustomize));
  });

  it('may do no more than it does', async () => {
    const as = '--as=system:serviceaccount:assay-system:assay-webhook';
    const can = async (...what: readonly string[]): Promise<string> =>
      (await plane.kubectl(['auth', 'can-i', ...what, as]).catch(() => 'no')).trim();
    expect(await can('get', 'secrets/assay-webhook-tls', '-n', 'assay-system')).toBe('yes');
    expect(await can('get', 'secrets/other', '-n', 'assay-system')).toBe('no');
    expect(await can('list', 'secrets', '-n', 'assay-system')).toBe('no');
    expect(await can('get', 'secrets/assay-webhook-tls', '-n', 'shop')).toBe('no');
    expect(await can('get', 'analysisruns.argoproj.io', '-n', 'shop')).toBe('no');
    expect(await can('update', 'validatingwebhookconfigurations/other')).toBe('no');
  });

  it(
    'tells what it has yet to tell when it is stopped; without it everything goes on',
    { timeout: 1 * minutes },
    async () => {
      await sink.goAway();
      await plane.api.call(runs, { method: 'POST', body: named('last') });
      const ending = webhook.stop();
      await sink.comeBack();
      expect(await ending).toMatchObject({ code: 0 });
      expect(typesAbout('last')).toEqual(['AnalysisRun Created']);

      const startedMs = performance.now();
      await plane.api.call(runs, { method: 'POST', body: named('untold') });
      expect(performance.now() - startedMs).toBeLessThan(2500);
    },
  );

  describe('and its replicas', () => {
    beforeAll(() => webhook.kill());

    it('agree on one certificate, even if they begin at once', { timeout: 1 * minutes }, async () => {
      await plane.api.send(secretPath, { method: 'DELETE' });
      const otherPort = await findFreePort();
      const [one, other] = await Promise.all(
        [port, otherPort].map((each) => startAssayWebhook({ plane, port: each, env: sink.env })),
      );
      try {
        const shown = await Promise.all([shownCertificate(port), shownCertificate(otherPort)]);
        const stored = await storedCertificate();
        expect(shown.map(String)).toEqual([stored, stored]);
      } finally {
        await one?.kill();
        await other?.kill();
      }
    });
  });

  describe('with denials', () => {
    beforeAll(() => webhook.kill());

    it('denies what has errors, but not that it is taken apart', { timeout: 1 * minutes }, async () => {
      await plane.apply(aTemplate({ metadata: { name: 'old' }, spec: { metrics: [aMetric({ interval: 'never' })] } }));
      const strict = await startAssayWebhook({ plane, port, env: { ...sink.env, ASSAY_DENY_INVALID: 'true' } });
      try {
        const wrong = { ...named('wrong'), spec: { metrics: [aMetric({ successCondition: 'result >' })] } };
        const { status, body } = await waitFor('a denial', async () => {
          const answer = await plane.api.send<{ message: string }>(`${runs}?dryRun=All`, {
            method: 'POST',
            body: wrong,
          });
          return answer.status >= 400 && answer;
        });
        expect(status).toBe(422);
        expect(body.message).toContain('denied the request: spec.metrics[0].successCondition');
        await plane.kubectl(['annotate', 'at', 'old', '-n', 'shop', 'a=b']);
        await plane.kubectl(['delete', 'at', 'old', '-n', 'shop']);
        await plane.api.call(runs, { method: 'POST', body: named('sound') });
        expect(await told('sound', 1)).toEqual(['AnalysisRun Created']);
      } finally {
        await strict.kill();
      }
    });
  });

  describe('and assay serve', () => {
    beforeAll(() => webhook.kill());

    it('go the whole way: a run that comes is measured to its end', { timeout: 2 * minutes }, async () => {
      const folder = createScratchFolder('listen-token');
      const tokenFile = join(folder, 'token');
      writeFileSync(tokenFile, 'another-token-for-tests');
      const listen = `127.0.0.1:${await findFreePort()}`;
      const service = await openStubServer(() => ({ body: { healthy: true } }));
      const serve = await startAssayServe({
        kubeconfigPath: plane.kubeconfigPath,
        args: [`--listen=${listen}`, `--listen-token-file=${tokenFile}`],
      });
      const env = {
        ASSAY_CLUSTER: plane.name,
        ASSAY_BUS_URL: `http://${listen}`,
        ASSAY_BUS_TOKEN_FILE: tokenFile,
      };
      const telling = await startAssayWebhook({ plane, port, env });
      try {
        const web = { url: service.url, jsonPath: '{$.healthy}' };
        const metric = aMetric({ successCondition: 'result', provider: { web } });
        await plane.api.call(runs, { method: 'POST', body: { ...named('whole-way'), spec: { metrics: [metric] } } });
        await waitFor('the event to be taken', async () =>
          /^assay_webhook_events_published_total [1-9]/m.test((await telling.page('/metrics')).body),
        );
        const phaseOf = async () => (await plane.api.call<AnalysisRun>(`${runs}/whole-way`)).status?.phase;
        await waitFor('its end', async () => (await phaseOf()) === 'Successful');
        const stranger = await fetch(`http://${listen}/events`, { method: 'POST', body: '{"events":[]}' });
        expect(stranger.status).toBe(401);
      } finally {
        await telling.kill();
        await serve.stop();
        await service.close();
        removeScratchFolder(folder);
      }
    });
  });

  async function storedCertificate(): Promise<string> {
    const { data } = await plane.api.call<{ data: Record<string, string> }>(secretPath);
    return new X509Certificate(Buffer.from(data['tls.crt'] ?? '', 'base64')).toString();
  }

  async function writeSecret(files: Awaited<ReturnType<typeof makeCertificate>>): Promise<void> {
    const data = {
      'tls.crt': encode(files.certificate),
      'tls.key': encode(files.key),
      'ca.crt': encode(files.authorities),
    };
    await plane.api.call(secretPath, {
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      body: { data },
    });
  }
});

function named(name: string): AnalysisRun {
  return aRun({ metadata: { name, namespace: 'shop' } });
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function objectsOf(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => document.toJS() as unknown);
}

interface Configuration {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

function shownCertificate(port: number): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const shown = socket.getPeerX509Certificate();
      socket.end();
      if (shown) resolve(shown);
      else reject(new Error('no certificate was shown'));
    });
    socket.once('error', reject);
  });
}

function controlledBy({ apiVersion, kind, metadata }: AnalysisRun) {
  const { name, uid } = metadata;
  return [{ apiVersion, kind, name, uid, controller: true }];
}

function aJob(run: AnalysisRun): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'measure',
      labels: { 'analysisrun.argoproj.io/uid': run.metadata.uid },
      ownerReferences: controlledBy(run),
    },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'tool:1' }] } } },
  };
}

function aReplicaSet(experiment: AnalysisRun): object {
  const labels = { 'rollouts-pod-template-hash': 'abc' };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'canary', labels, ownerReferences: controlledBy(experiment) },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'tool:1' }] } },
    },
  };
}
