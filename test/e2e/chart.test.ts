import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { packageChart } from '../../infra/helm/package-chart.ts';
import { type NeededVerb, neededVerbs } from '../../lib/doctor/needed-access.ts';
import { subjectOf } from '../../lib/doctor/check-rights.ts';
import { factsFor } from '../../lib/kinds/facts/registry.ts';
import type { KubernetesObject, Secret } from '../../lib/model/kubernetes.ts';
import { makeCertificate } from '../../lib/webhook/certificate.ts';
import { type AnalysisCluster, NAMESPACE, openAnalysisCluster, resultOf } from './analysis-cluster.ts';
import { openRolloutCluster, type RolloutCluster } from './rollout-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { startAssayWebhook } from './servers/assay-webhook.ts';
import { serversAvailable } from './servers/build.ts';
import { type ControlPlane, startControlPlane } from './servers/control-plane.ts';
import { writeKubeconfig } from './servers/control-plane-files.ts';
import { findFreePort } from './servers/free-port.ts';
import { CHART, helm as runHelm } from './servers/helm.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

type Values = Readonly<Record<string, unknown>>;

interface Deployment extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly image: string; readonly args?: readonly string[] }[] };
    };
  };
}
interface Review {
  readonly status: { readonly allowed: boolean };
}
interface Configuration extends KubernetesObject {
  readonly webhooks: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

const SYSTEM = 'assay-system';
const SECRET = `/api/v1/namespaces/${SYSTEM}/secrets/assay-webhook-tls`;
const CONFIGURATION = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/assay-webhook';
const FOLDER = join(import.meta.dirname, 'chart');
/** Of no node: what the pods would do is done by processes of the test, as the same service accounts. */
const NOWHERE = { 'serve.nodeSelector': { nowhere: 'yes' }, 'webhook.nodeSelector': { nowhere: 'yes' } };
/** What a namespace has in any case, and what comes and goes by itself. */
const ANYWAY =
  /^(Event|Lease|PodMetrics|NodeMetrics)\/|^ServiceAccount\/\S+\/default$|^ConfigMap\/\S+\/kube-root-ca.crt$/;

describe.skipIf(!(await serversAvailable()))('a release of the chart', () => {
  const folder = createScratchFolder('chart');
  const packed = join(folder, 'assay.tgz');
  let plane: ControlPlane;
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let kubelet: Kubelet;
  let service: SampleService;
  let before: readonly string[];

  const helm = (args: readonly string[], values: Values = {}): Promise<string> =>
    runHelm([...args, '-n', SYSTEM], {
      kubeconfigPath: plane.kubeconfigPath,
      ...(args[0] !== 'uninstall' && args[0] !== 'history' && { values: { ...NOWHERE, ...values } }),
    });

  beforeAll(async () => {
    await runHelm(['version']);
    writeFileSync(packed, await packageChart(CHART));
    plane = await startControlPlane({ controllers: true });
    kubelet = await startKubelet(plane);
    service = await startSampleService();
    service.page('/good', { body: { ok: true } });
    await plane.kubectl(['create', 'namespace', NAMESPACE]);
    before = await everything();
  });
  afterAll(async () => {
    await kubelet?.stop();
    await plane?.stop();
    await service?.stop();
    removeScratchFolder(folder);
  });

  /** `Kind/namespace/name` of all objects of the cluster but those of tenants. */
  async function everything(): Promise<readonly string[]> {
    const kinds = (await plane.kubectl(['api-resources', '--verbs=list', '-o', 'name'])).trim().split('\n');
    const text = await plane.kubectl(['get', kinds.join(','), '-A', '--ignore-not-found', '-o', 'json']);
    const { items } = JSON.parse(text) as { items: readonly KubernetesObject[] };
    return items
      .filter(({ metadata }) => metadata.namespace !== NAMESPACE)
      .map(({ kind, metadata: { namespace = '', name } }) => `${kind}/${namespace}/${name}`)
      .filter((name) => !ANYWAY.test(name));
  }
  const whatCame = async (): Promise<readonly string[]> =>
    (await everything()).filter((name) => !before.includes(name)).toSorted();

  const deployment = (name: string): Promise<Deployment> =>
    plane.api.call(`/apis/apps/v1/namespaces/${SYSTEM}/deployments/${name}`);

  /** As the pod would: with the arguments of its container, and a token of its service account for each cluster. */
  async function startServe(contexts: readonly string[]): Promise<AssayServe> {
    const token = (await plane.kubectl(['create', 'token', 'assay', `--namespace=${SYSTEM}`])).trim();
    const kubeconfigPath = join(folder, 'assay.kubeconfig');
    writeKubeconfig(kubeconfigPath, { ...plane, user: 'assay', token });
    const config = JSON.parse(readFileSync(kubeconfigPath, 'utf8')) as { contexts: readonly object[] };
    const more = contexts.map((name) => ({ ...config.contexts[0], name }));
    writeFileSync(kubeconfigPath, JSON.stringify({ ...config, contexts: [...config.contexts, ...more] }));
    const [container] = (await deployment('assay')).spec.template.spec.containers;
    const args = (container?.args ?? []).filter((arg) => arg !== 'serve' && !arg.startsWith('--metrics='));
    cluster = openAnalysisCluster(plane, kubeconfigPath, async () => {});
    rollouts = openRolloutCluster(cluster);
    return startAssayServe({ kubeconfigPath, args });
  }
  async function serving(
    act: (assay: AssayServe) => Promise<unknown>,
    contexts: readonly string[] = [],
  ): Promise<void> {
    const assay = await startServe(contexts);
    try {
      await act(assay);
    } finally {
      await assay.stop();
    }
  }

  const web = () => ({ name: 'web', provider: { web: { url: `${service.url}/good` } }, successCondition: 'result.ok' });

  /** Of what Assay may want anywhere: what its service account may do in a namespace. */
  async function rights(namespace = NAMESPACE): Promise<readonly string[]> {
    const wanted = neededVerbs({ addressMode: 'proxy', facts: factsFor({ rollouts: true }) });
    const mayI = async ({ verb, group, resource: named }: NeededVerb): Promise<boolean> => {
      const [resource, subresource] = named.split('/');
      const resourceAttributes = { namespace, verb, group, resource, subresource };
      const spec = { user: `system:serviceaccount:${SYSTEM}:assay`, resourceAttributes };
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const { status } = await plane.api.call<Review>(path, { method: 'POST', body: review });
      return status.allowed;
    };
    const answers = await Promise.all(wanted.map(async (right) => ((await mayI(right)) ? [subjectOf(right)] : [])));
    return answers.flat().toSorted();
  }
  test('is installed where nothing is, from the version before', async () => {
    const older = join(folder, 'older');
    cpSync(CHART, older, { recursive: true });
    const text = readFileSync(join(older, 'Chart.yaml'), 'utf8').replaceAll(packageJson.version, '0.0.9');
    writeFileSync(join(older, 'Chart.yaml'), text);
    await runHelm(['package', older, '-d', folder]);
    const notes = await helm(['install', 'assay', join(folder, 'assay-0.0.9.tgz'), '--create-namespace'], {
      'serve.replicas': 2,
    });
    expect(notes).toContain('assay serve looks after this cluster:');
    await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
    expect(await deployment('assay')).toMatchObject({
      spec: { replicas: 2, template: { spec: { containers: [{ image: 'assay:0.0.9' }] } } },
    });
    expect(await whatCame()).toContain(`PodDisruptionBudget/${SYSTEM}/assay`);
  });

  test('assay serve judges runs with its rights, and has no others', async () => {
    await serving(async () => {
      await cluster.createRun('measured', { metrics: [web(), job()] });
      expect((await cluster.ended('measured')).status?.phase).toBe('Successful');
      expect(await cluster.events('measured', 1)).not.toEqual([]);
    });
    expect(await rights()).toEqual(needed());
  });

  test('the webhook keeps its certificate with its rights', async () => {
    const webhook = await startAssayWebhook({ plane, port: await findFreePort() });
    await webhook.kill();
    const { webhooks } = await plane.api.call<Configuration>(CONFIGURATION);
    const { data = {} } = await plane.api.call<Secret>(SECRET);
    expect(new Set(webhooks.map(({ clientConfig }) => clientConfig.caBundle))).toEqual(new Set([data['ca.crt']]));
  });

  test('is upgraded to this version, to other values, and keeps what others wrote', async () => {
    const { data } = await plane.api.call<Secret>(SECRET);
    await helm(['upgrade', 'assay', packed], { 'rollouts.enabled': true });
    expect(await deployment('assay')).toMatchObject({
      spec: { replicas: 1, template: { spec: { containers: [{ image: `assay:${packageJson.version}` }] } } },
    });
    const came = await whatCame();
    expect(came).not.toContain(`PodDisruptionBudget/${SYSTEM}/assay`);
    expect(came).toContain('ClusterRole//assay-rollouts');
    const { webhooks } = await plane.api.call<Configuration>(CONFIGURATION);
    expect(webhooks).toHaveLength(8);
    expect(webhooks.filter(({ clientConfig }) => clientConfig.caBundle === data?.['ca.crt'])).toHaveLength(4);
    expect((await plane.api.call<Secret>(SECRET)).data).toEqual(data);
  });

  test('assay serve drives a Rollout with its rights, and has no others', async () => {
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    await serving(async () => {
      const templates = [{ templateName: 'works' }];
      await plane.apply({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisTemplate',
        metadata: { name: 'works', namespace: NAMESPACE },
        spec: { metrics: [web()] },
      });
      const steps = [{ setWeight: 50 }, { analysis: { templates } }, { pause: { duration: 1 } }];
      await rollouts.create('driven', { replicas: 2, strategy: { canary: { steps } } });
      await rollouts.healthy('driven');
      await rollouts.setImage('driven', 'driven:2');
      await rollouts.healthy('driven');
      await waitFor('the pods of the new image alone', async () => {
        const pods = await rollouts.pods('driven');
        return pods['driven:1'] === 0 && pods['driven:2'] === 2;
      });
      const runs = await cluster.runs();
      const ofRollout = runs.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'Rollout');
      expect(ofRollout.map(({ status }) => status?.phase)).toEqual(['Successful']);
    });
    expect(await rights()).toEqual(needed({ rollouts: true }));
    await plane.kubectl(['delete', 'rollouts.argoproj.io', 'driven', '-n', NAMESPACE]);
  });

  test('with features off their rights are gone, and what needs none goes on', async () => {
    const off = ['jobs', 'experiments', 'schedules', 'secrets', 'events'].map((name) => [`rbac.${name}`, false]);
    await helm(['upgrade', 'assay', packed], Object.fromEntries(off) as Values);
    const left = await waitFor('the rights to go', async () => {
      const found = await rights();
      return !found.includes('create jobs.batch') && found;
    });
    expect(left.filter((right) => !/^(get|list|watch) /.test(right))).toEqual([
      'delete analysisruns.argoproj.io',
      'patch analysisruns.argoproj.io',
      'update analysisruns.argoproj.io/finalizers',
      'update experiments.argoproj.io/finalizers',
    ]);
    await serving(async () => {
      await cluster.createRun('without-job', { metrics: [web()] });
      await cluster.createRun('with-job', { metrics: [job()] });
      expect((await cluster.ended('without-job')).status?.phase).toBe('Successful');
      const ended = await cluster.ended('with-job');
      expect(ended.status?.phase).toBe('Error');
      expect(resultOf(ended).measurements?.[0]?.message).toContain('cannot create resource "jobs"');
    });
  });

  test('in one namespace it has rights there alone', async () => {
    await helm(['upgrade', 'assay', packed], { watchNamespace: NAMESPACE });
    const elsewhere = await waitFor('the rights to go', async () => {
      const found = await rights('default');
      return found.length === 0 && found;
    });
    expect(elsewhere).toEqual([]);
    await serving(async () => {
      await cluster.createRun('confined', { metrics: [web(), job()] });
      expect((await cluster.ended('confined')).status?.phase).toBe('Successful');
    });
  });

  test('serves the clusters of kubeconfigs instead of its own', async () => {
    const contexts = ['production-eu', 'production-us'];
    await helm(['upgrade', 'assay', packed], { 'serve.clusters': { secretName: 'assay-clusters', contexts } });
    await serving(async (assay) => {
      await waitFor('both clusters', async () =>
        (await assay.page('/readyz')).body.includes('synced: production-eu, production-us'),
      );
      await cluster.createRun('of-both', { metrics: [web()] });
      expect((await cluster.ended('of-both')).status?.phase).toBe('Successful');
    }, contexts);
  });

  const LEFT = [
    ...['analysisruns', 'analysistemplates', 'clusteranalysistemplates', 'experiments', 'rollouts'].map(
      (plural) => `CustomResourceDefinition//${plural}.argoproj.io`,
    ),
    'APIService//v1alpha1.argoproj.io',
    `Namespace//${SYSTEM}`,
  ].toSorted();
  const isGone = () =>
    waitFor('all of it to be gone', async () => {
      const came = await whatCame();
      if (came.join(' ') !== LEFT.join(' ')) throw new Error(`there is ${came.join(' ')}`);
      return true;
    });

  test('is taken away, and leaves nothing but CRDs and the namespace', async () => {
    expect(await helm(['history', 'assay'])).toMatch(/superseded[^]+deployed/);
    await helm(['uninstall', 'assay']);
    await isGone();
  });

  test('takes over what assay manifests 0.1.0 put up, and leaves as little of it', async () => {
    await plane.kubectl(['apply', '--server-side', '-f', join(FOLDER, 'manifests-0.1.0.yaml')]);
    // Its webhook made a Secret that nothing owned.
    const files = await makeCertificate(['127.0.0.1'], new Date());
    const [cert, key, ca] = [files.certificate, files.key, files.authorities].map((text) =>
      Buffer.from(text).toString('base64'),
    );
    const data = { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca };
    const metadata = { name: 'assay-webhook-tls', namespace: SYSTEM };
    await plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data });
    await expect(helm(['install', 'assay', packed])).rejects.toThrow('cannot be imported into the current release');

    await helm(['install', 'assay', packed, '--take-ownership'], { 'rollouts.enabled': true });
    expect(await deployment('assay-webhook')).toMatchObject({
      metadata: { annotations: { 'meta.helm.sh/release-name': 'assay' } },
      spec: { template: { spec: { containers: [{ image: `assay:${packageJson.version}` }] } } },
    });
    expect(await rights()).toEqual(needed({ rollouts: true }));
    // The namespace of 0.1.0 takes restricted pods alone.
    for (const name of ['assay', 'assay-webhook']) {
      const args = ['get', 'pods', '-n', SYSTEM, '-l', `app.kubernetes.io/name=${name}`, '-o', 'name'];
      await waitFor(`a pod of ${name}`, async () => (await plane.kubectl(args)).startsWith('pod/'));
    }
    const webhook = await startAssayWebhook({ plane, port: await findFreePort() });
    await webhook.kill();
    expect((await plane.api.call<Secret>(SECRET)).data).toEqual(data);
    await helm(['uninstall', 'assay']);
    await isGone();
  });

  test.each<{ name: string; values: Values }>([
    { name: 'as it comes', values: {} },
    { name: 'a member of others', values: { 'serve.enabled': false, 'rbac.serviceProxy': true } },
    { name: 'serve alone, without rights', values: { 'webhook.enabled': false, 'rbac.create': false } },
    {
      name: 'other clusters',
      values: { 'serve.clusters': { secretName: 'k', keys: ['a', 'b'], contexts: ['c', 'd'] } },
    },
    {
      name: 'Rollouts with routers',
      values: { rollouts: { enabled: true, routers: { istio: {}, alb: {}, gatewayAPI: {} } } },
    },
    { name: 'one namespace', values: { watchNamespace: NAMESPACE, 'rollouts.enabled': true } },
    {
      name: 'all that there is around it',
      values: {
        cluster: 'shop',
        'serve.replicas': 2,
        'serve.settings': { connections: [{ name: 'p', hosts: ['p.example.com'] }] },
        'serve.listen': { enabled: true, tokensSecret: 't', tlsSecret: 's' },
        serviceMonitor: { enabled: true, interval: '30s', labels: { release: 'p' } },
        'networkPolicy.apiServers': ['10.0.0.0/28', 'fd00::/64'],
        'networkPolicy.scrapers': [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
        'networkPolicy.egress': {
          enabled: true,
          apiServers: ['10.0.0.0/28'],
          metricSources: [{ to: [{ ipBlock: { cidr: '10.1.0.0/16' } }], ports: [{ port: 9090 }] }],
          bus: [{ ports: [{ port: 443 }] }],
        },
        'webhook.bus.url': 'https://assay.example.com',
        'webhook.clientCa': true,
        imagePullSecrets: [{ name: 'pull' }],
      },
    },
    {
      name: 'pods in their places',
      values: Object.fromEntries(
        ['serve', 'webhook'].flatMap((part) => [
          [`${part}.tolerations`, [{ operator: 'Exists' }]],
          [`${part}.affinity`, { nodeAffinity: {} }],
          [`${part}.priorityClassName`, 'system-cluster-critical'],
          [`${part}.podLabels`, { team: 'a' }],
          [`${part}.podAnnotations`, { note: 'a' }],
          [`${part}.env`, [{ name: 'HTTPS_PROXY', value: 'http://p' }]],
          [`${part}.volumes`, [{ name: 'ca', configMap: { name: 'ca' } }]],
          [`${part}.volumeMounts`, [{ name: 'ca', mountPath: '/ca' }]],
        ]),
      ),
    },
  ])('every object is one that the API server takes: $name', async ({ values }) => {
    await plane.kubectl(['apply', '-f', join(FOLDER, 'service-monitor-crd.yaml')]);
    await plane.kubectl(['wait', 'crd', 'servicemonitors.monitoring.coreos.com', '--for=condition=Established']);
    const manifest = await helm(['template', 'assay', packed], values);
    // Fields that it does not know are refused too.
    const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
    const printed = await plane.kubectl(args, { input: manifest });
    expect(printed.match(/serverside-applied \(server dry run\)/g)).toHaveLength(
      manifest.match(/^kind: /gm)?.length ?? 0,
    );
  });
});

function job() {
  const containers = [{ name: 'main', image: 'tool:1', command: ['true'] }];
  const template = { spec: { restartPolicy: 'Never', containers } };
  return { name: 'job', consecutiveErrorLimit: 0, provider: { job: { spec: { template } } } };
}

/** All that Assay needs in the cluster that it runs in. */
function needed(options: { readonly rollouts?: boolean } = {}): readonly string[] {
  const verbs = neededVerbs({ addressMode: 'direct', facts: factsFor(options) });
  return verbs.map(subjectOf).toSorted();
}
