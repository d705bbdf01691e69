import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { runProgram } from '../../lib/cli/program.ts';
import { routerRole } from '../../lib/cli/router-role.ts';
import { kubeConfigCredentials } from '../../lib/clusters/access/kubeconfig.ts';
import { secretsManager } from '../../lib/documents/secrets-manager.ts';
import type { CheckResult } from '../../lib/doctor/check-result.ts';
import { checkCluster } from '../../lib/doctor/check-cluster.ts';
import { openRegisteredClusters } from '../../lib/aws/registered-clusters.ts';
import { aConsole } from '../cli/console.ts';
import { type AwsStub, openAwsStub } from '../documents/aws-stub.ts';
import { type AnalysisCluster, NAMESPACE, startAnalysisCluster } from './analysis-cluster.ts';
import { serversAvailable } from './servers/build.ts';
import { writeKubeconfig } from './servers/control-plane-files.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

const MANIFESTS = join(import.meta.dirname, '../../infra/cluster');
const ROLE = readFileSync(join(MANIFESTS, 'rbac.yaml'), 'utf8');
const STATUS_ROLE = readFileSync(join(MANIFESTS, 'rbac-status.yaml'), 'utf8');
const WEBHOOKS = readFileSync(join(MANIFESTS, 'webhook-configuration.yaml'), 'utf8');

/** Runs `assay clusters …` in this process. */
async function clusters(...args: readonly string[]) {
  const console = aConsole();
  const code = await runProgram(
    ['clusters', ...args],
    { clusters: () => import('../../lib/cli/clusters.ts') },
    console,
  );
  return { code, ...console.written };
}

interface Report {
  readonly ok: boolean;
  readonly results: readonly CheckResult[];
}

/** What `check -o json` finds, without what is well. */
async function findings(...args: readonly string[]) {
  const { code, out, err } = await clusters('check', ...args, '-o', 'json');
  expect(err).toBe('');
  const { ok, results } = JSON.parse(out) as Report;
  expect(code).toBe(ok ? 0 : 1);
  return { code, bad: results.filter(({ status }) => status !== 'ok'), all: results };
}

describe.skipIf(!(await serversAvailable()))('assay clusters, on a real API server', () => {
  let cluster: AnalysisCluster;
  let admin: string;
  const folder = createScratchFolder('clusters-check');

  beforeAll(async () => {
    cluster = await startAnalysisCluster();
    // A new CRD is listed only once the API server has set up its storage.
    await waitFor('the runs to be listed', () => cluster.plane.kubectl(['get', 'analysisruns', '-A']));
    admin = cluster.plane.kubeconfigPath;
  });
  afterAll(async () => {
    await cluster?.stop();
    removeScratchFolder(folder);
  });

  test('with the rights of infra/cluster nothing fails', async () => {
    const { code, out } = await clusters('check', '--kubeconfig', cluster.kubeconfigPath);
    expect(out.replaceAll(/v\d+\.\d+\.\d+/g, 'v1.0.0').replaceAll(/ +\n/g, '\n')).toMatchSnapshot();
    expect(code).toBe(0);
  });

  test('an administrator is told of the webhook', async () => {
    const absent = await findings('--kubeconfig', admin);
    expect(absent.bad.map(({ message }) => message)).toEqual([expect.stringMatching(/^not installed: changes are/)]);

    await cluster.plane.apply(WEBHOOKS);
    const untrusted = await findings('--kubeconfig', admin);
    expect(untrusted.code).toBe(1);
    expect(untrusted.bad).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^no authority that is good now for changes.webhook.assay.dev, /),
        mend: expect.stringContaining('kubectl logs -n assay-system deploy/assay-webhook'),
      }),
    ]);

    const caBundle = Buffer.from(cluster.plane.caPem).toString('base64');
    const trusting = WEBHOOKS.replaceAll(
      'clientConfig: &client\n',
      `clientConfig: &client\n      caBundle: ${caBundle}\n`,
    );
    await cluster.plane.apply(trusting);
    expect((await findings('--kubeconfig', admin)).bad).toEqual([]);
    await cluster.plane.kubectl(['delete', 'validatingwebhookconfiguration', 'assay-webhook']);
  });

  test('a verb that is missing is named, with the way to mend it', async () => {
    await cluster.plane.apply(
      ROLE.replace('resources: [jobs]\n    verbs: [create, delete,', 'resources: [jobs]\n    verbs: [delete,'),
    );
    const missing = () => findings('--kubeconfig', cluster.kubeconfigPath);
    await waitFor('the verb to go', async () => (await missing()).bad.some(({ area }) => area === 'rights'));
    const { code, bad } = await missing();
    expect(code).toBe(1);
    expect(bad.filter(({ area }) => area === 'rights')).toEqual([
      {
        area: 'rights',
        subject: 'create jobs.batch',
        status: 'fail',
        message: 'not allowed',
        mend:
          'Apply infra/cluster/rbac.yaml (`assay manifests`) and bind the ClusterRole assay to ' +
          'system:serviceaccount:assay-system:assay: kubectl create clusterrolebinding assay-outside ' +
          '--clusterrole=assay --serviceaccount=assay-system:assay',
      },
    ]);
    await cluster.plane.apply(ROLE);
  });

  test('of the rights of traffic routers those of the routers that are named are asked for, and their roles allow them', async () => {
    const rollouts = ['--kubeconfig', cluster.kubeconfigPath, '--rollouts', '--router', 'istio', '--router', 'nginx'];
    const missing = async () => (await findings(...rollouts)).bad.filter(({ area }) => area === 'rights');
    const subjects = async () => (await missing()).map(({ subject }) => subject);
    await cluster.plane.apply(readFileSync(join(MANIFESTS, 'rbac-rollouts.yaml'), 'utf8'));
    await cluster.plane.apply(routerRole('nginx', {}));
    await waitFor('the roles to count', async () =>
      (await subjects()).every((subject) => subject.endsWith('istio.io')),
    );
    expect(await subjects()).toEqual(
      ['virtualservices', 'destinationrules'].flatMap((plural) =>
        ['get', 'list', 'patch', 'watch'].map((verb) => `${verb} ${plural}.networking.istio.io`),
      ),
    );
    expect((await missing())[0]?.mend).toContain('`assay manifests --rollouts --router istio`');
    await cluster.plane.apply(routerRole('istio', {}));
    await waitFor('the last role to count', async () => (await subjects()).length === 0);
    await cluster.plane.kubectl([
      'delete',
      'clusterrolebinding',
      'assay-rollouts',
      'assay-router-istio',
      'assay-router-nginx',
    ]);
  });

  test('what was bound in one namespace is asked for there', async () => {
    const alice = cluster.plane.kubeconfigFor('alice');
    await cluster.plane.kubectl([
      'create',
      'rolebinding',
      'alice',
      '-n',
      NAMESPACE,
      '--clusterrole=assay',
      '--user=alice',
    ]);
    const inNamespace = async () =>
      (await findings('--kubeconfig', alice, '-n', NAMESPACE)).bad.filter(({ area }) => area === 'rights');
    await waitFor('the binding', async () => (await inNamespace()).length < 5);
    expect((await inNamespace()).map(({ subject }) => subject)).toEqual([
      'get clusteranalysistemplates.argoproj.io',
      'list clusteranalysistemplates.argoproj.io',
      'watch clusteranalysistemplates.argoproj.io',
    ]);
    const everywhere = (await findings('--kubeconfig', alice)).bad.filter(({ status }) => status === 'fail');
    expect(everywhere.length).toBeGreaterThan(20);
    expect(everywhere[0]?.mend).toContain('--user=alice');
  });

  test('clocks that differ are told of', async () => {
    const credentials = await kubeConfigCredentials({ file: cluster.kubeconfigPath });
    const clockAt = async (offsetMs: number) => {
      const results = await checkCluster({
        name: 'shop',
        credentials,
        http: () => Promise.reject(new Error('nothing is asked')),
        addressMode: 'deny',
        addresses: [],
        now: () => new Date(Date.now() + offsetMs),
      });
      return results.find(({ area }) => area === 'clock');
    };
    expect(await clockAt(0)).toMatchObject({ status: 'ok' });
    expect(await clockAt(-20_000)).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^of the server is (19|20)\.\d s ahead of the clock here$/),
    });
    expect(await clockAt(600_000)).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/^of the server is (599|600)\.\d s behind the clock here$/),
      mend: expect.stringContaining('Synchronize'),
    });
  });

  test.each([
    {
      name: 'who is not known',
      part: { token: 'HUSH' },
      area: 'identity',
      says: /Unauthorized/,
      mend: /Renew the token/,
    },
    {
      name: 'a server that is not trusted',
      part: { caPem: '' },
      area: 'server',
      says: /no answer from 127\.0\.0\.1:\d+ \((SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|DEPTH_ZERO\w+)\)/,
      mend: /Give the authority/,
    },
    {
      name: 'nobody there',
      part: { server: 'https://127.0.0.1:1' },
      area: 'server',
      says: /no answer from 127\.0\.0\.1:1 \(ECONNREFUSED\)/,
      mend: /Nothing listens there/,
    },
  ])('$name: that is said, and no more is asked', async ({ part, area, says, mend }) => {
    const path = join(folder, 'bad.kubeconfig');
    writeKubeconfig(path, { ...cluster.plane, user: 'assay', token: cluster.plane.adminToken, ...part });
    const { code, bad, all } = await findings('--kubeconfig', path);
    expect(code).toBe(1);
    expect(bad).toEqual([
      expect.objectContaining({ area, message: expect.stringMatching(says), mend: expect.stringMatching(mend) }),
    ]);
    expect(all.length).toBeLessThan(4);
  });

  test('addresses are tried as metrics would ask for them', async () => {
    const { bad } = await findings('--kubeconfig', admin, '--address', 'http://absent.shop.svc:9090/');
    expect(bad.filter(({ area }) => area === 'addresses')).toEqual([
      {
        area: 'addresses',
        subject: 'http://absent.shop.svc:9090/',
        status: 'fail',
        message: 'Get "http://absent.shop.svc:9090/": services "absent" not found',
        mend: expect.stringContaining('Check Service, port and endpoints'),
      },
    ]);
  });

  describe('with a registry', () => {
    let aws: AwsStub;
    beforeEach(async () => {
      aws = await openAwsStub();
      pointAt(aws);
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await aws.close();
    });

    test('a cluster is added from a kubeconfig, checked, and served', async () => {
      const added = await clusters('add', 'shop', '--stage', 'test', '--from-kubeconfig', cluster.kubeconfigPath);
      expect(added.err).toBe('');
      expect(added.out).toContain('wrote /assay/test/clusters/shop and the secret assay/test/clusters/shop');
      expect(added.out).toContain('are those of system:serviceaccount:assay-system:assay');
      expect(added.code).toBe(0);
      expect((await findings('shop', '--stage', 'test')).code).toBe(0);

      const registry = openRegistered();
      await registry.refresh(['shop']);
      const { items } = await registry.get('shop').list('AnalysisRun', { namespace: NAMESPACE });
      expect(items).toEqual([]);
      await registry.close();
    });

    test('a token that was replaced in Secrets Manager is used at the first 401', async () => {
      await clusters('add', 'shop', '--stage', 'test', '--from-kubeconfig', cluster.kubeconfigPath, '--no-check');
      const secret = aws.secrets.get('assay/test/clusters/shop');
      if (!secret) throw new Error('no secret was written');
      const good = secret.value;
      secret.value = 'expired';
      let nowMs = Date.now();
      const registry = openRegistered(() => new Date(nowMs));
      await registry.refresh(['shop']);
      const shop = registry.get('shop');
      await expect(shop.list('AnalysisRun')).rejects.toMatchObject({ code: 'ASSAY_CLUSTER_DENIED' });
      secret.value = good;
      nowMs += 10_000;
      expect((await shop.list('AnalysisRun')).items).toEqual([]);
      expect(aws.calls.filter((call) => call === 'GetSecretValue')).toHaveLength(2);
      await registry.close();
    });
  });

  describe('with a registry that has many', () => {
    let aws: AwsStub;
    beforeAll(async () => {
      aws = await openAwsStub();
      pointAt(aws);
      await clusters('add', '--from-kubeconfig', cluster.kubeconfigPath, '--names', 'shop', '--stage', 'test');
      const away = {
        endpoint: 'https://127.0.0.1:1',
        authentication: { token: { secret: 'assay/test/clusters/away' } },
      };
      aws.parameters.set('/assay/test/clusters/away', JSON.stringify(away));
      aws.secrets.set('assay/test/clusters/away', { value: 'HUSH', tags: [] });
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await aws.close();
    });

    test('all are checked, and what is wrong is told', async () => {
      const { code, out } = await clusters('check', '--all', '--stage', 'test');
      expect(code).toBe(1);
      expect(out).toMatch(/^away +fail +API server +.*ECONNREFUSED/m);
      expect(out).not.toMatch(/^shop +fail/m);
      expect(out).toMatch(/^2 clusters: \d ok, \d to think about, 1 to mend$/m);
    });

    test('the status of each is told, with the versions once the role lets it see them', async () => {
      await waitFor('all to be listed', async () => (await statusOfShop())['state'] === 'served');
      expect(await statusOfShop()).toMatchObject({ crds: { state: 'denied' }, webhook: { state: 'denied' } });
      await cluster.plane.apply(STATUS_ROLE);
      await waitFor('the role to count', async () => JSON.stringify((await statusOfShop())['crds']).includes('known'));
      const { skewSeconds, credentialsEnd, ...seen } = await statusOfShop();
      expect(seen).toMatchObject({
        state: 'served',
        unfinished: 0,
        latenessSeconds: 0,
        crds: { state: 'known', version: packageJson.version },
        webhook: { state: 'absent' },
      });
      expect(Math.abs(Number(skewSeconds))).toBeLessThan(5);
      expect(Date.parse(String(credentialsEnd))).toBeGreaterThan(Date.now());
      await cluster.plane.kubectl(['delete', 'clusterrolebinding', 'assay-status']);
    });

    test('a token that the server does not take changes nothing; one that it takes replaces the old one', async () => {
      const held = aws.secrets.get('assay/test/clusters/shop');
      const before = held?.value;
      const file = join(folder, 'token');
      const rotate = async (token: string) => {
        writeFileSync(file, token);
        return clusters('rotate', 'shop', '--token-file', file, '--stage', 'test');
      };
      expect(await rotate('expired')).toMatchObject({ code: 1, out: expect.stringContaining('Unauthorized') });
      expect(await rotate(cluster.plane.adminToken.slice(0, -1))).toMatchObject({ code: 1 });
      expect(held?.value).toBe(before);
      const next = (await cluster.plane.kubectl(['create', 'token', 'assay', '-n', 'assay-system'])).trim();
      expect(await rotate(next)).toMatchObject({ code: 0, out: expect.stringMatching(/^shop +rotated/m) });
      expect(held?.value).toBe(next);
      expect((await findings('shop', '--stage', 'test')).code).toBe(0);
    });
  });

  // The last: it takes the CRDs away.
  test('resources that are missing, or older, are told of', async () => {
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const schema = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/measurementRetention';
    const patch = JSON.stringify([{ op: 'remove', path: schema }]);
    await cluster.plane.kubectl(['patch', 'crd', 'analysistemplates.argoproj.io', '--type=json', '-p', patch]);
    await cluster.plane.api.call(`${crds}/experiments.argoproj.io`, { method: 'DELETE' });
    await waitFor('both to be noticed', async () => (await ofResources(admin)).length === 2);
    expect(await ofResources(admin)).toEqual([
      {
        area: 'resources',
        subject: 'analysistemplates.argoproj.io/v1alpha1',
        status: 'warn',
        message: 'served, but older: the API server drops spec.measurementRetention',
        mend: expect.stringContaining('Bring the CRDs up to date'),
      },
      {
        area: 'resources',
        subject: 'experiments.argoproj.io/v1alpha1',
        status: 'fail',
        message: 'the CRD is not installed',
        mend: expect.stringContaining('assay manifests'),
      },
    ]);
  });
});

/** What `clusters status` says of the cluster `shop`. */
async function statusOfShop(): Promise<Readonly<Record<string, unknown>>> {
  const { out } = await clusters('status', 'shop', '--stage', 'test', '-o', 'json');
  return (JSON.parse(out) as { clusters: Record<string, unknown>[] }).clusters[0] ?? {};
}

/** Until `vi.unstubAllEnvs`. */
function pointAt({ url }: AwsStub): void {
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
}

/** What is wrong with the resources of a cluster. */
async function ofResources(kubeconfig: string) {
  return (await findings('--kubeconfig', kubeconfig)).bad.filter(({ area }) => area === 'resources');
}

/** The registry of the stage `test`, as functions open it. */
function openRegistered(now = () => new Date()) {
  return openRegisteredClusters({
    registryPath: '/assay/test/clusters',
    now,
    log: { info() {}, warn() {}, error() {} },
    secrets: secretsManager(),
  });
}
