import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../lib/cli/program.ts';
import { openRegisteredClusters } from '../../lib/aws/registered-clusters.ts';
import { aConsole } from '../cli/console.ts';
import { type AwsStub, openAwsStub } from '../documents/aws-stub.ts';
import { serversAvailable } from './servers/build.ts';
import { type ClientCertificate, makeClientCertificate } from './servers/client-certificate.ts';
import { type ControlPlane, startControlPlane } from './servers/control-plane.ts';
import { type EksAuthenticator, startEksAuthenticator } from './servers/eks-authenticator.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

const MANIFESTS = join(import.meta.dirname, '../../infra/cluster');
const ROLE = 'arn:aws:iam::111122223333:role/assay-shop';

/** `assay clusters add shop …`, in this process. */
async function add(...args: readonly string[]) {
  const console = aConsole();
  const commands = { clusters: () => import('../../lib/cli/clusters.ts') };
  const code = await runProgram(['clusters', 'add', 'shop', '--stage', 'test', ...args], commands, console);
  return { code, ...console.written };
}

/** The registered cluster as functions open it. */
async function openShop(now = () => new Date()) {
  const log = { info() {}, warn() {}, error() {} };
  const registry = openRegisteredClusters({ registryPath: '/assay/test/clusters', now, log });
  await registry.refresh(['shop']);
  return registry.get('shop');
}

describe.skipIf(!(await serversAvailable()))('the ways into a cluster, on a real API server', () => {
  let plane: ControlPlane;
  let eks: EksAuthenticator;
  let client: ClientCertificate;
  let aws: AwsStub;
  const folder = createScratchFolder('clusters-authentication');

  beforeAll(async () => {
    client = await makeClientCertificate('zoe');
    const authorityPath = join(folder, 'clients.crt');
    writeFileSync(authorityPath, client.authority);
    // The keys that the stub of STS hands out, session by session.
    const session = { secretAccessKey: 'secret', username: 'assay-by-role' };
    eks = await startEksAuthenticator({
      clusterName: 'shop-eu',
      folder,
      people: { AKIDOWN: { secretAccessKey: 'own', username: 'assay-itself' }, 'ASIAASSAY-SHOP1': session },
    });
    plane = await startControlPlane({
      crdFolder: join(MANIFESTS, 'crds'),
      controllers: true,
      apiServerFlags: [
        `--client-ca-file=${authorityPath}`,
        `--authentication-token-webhook-config-file=${eks.configPath}`,
        '--authentication-token-webhook-version=v1',
        '--authentication-token-webhook-cache-ttl=0s',
      ],
    });
    for (const file of ['namespace.yaml', 'rbac.yaml']) await plane.kubectl(['apply', '-f', join(MANIFESTS, file)]);
    const users = ['zoe', 'assay-itself', 'assay-by-role'].map((user) => `--user=${user}`);
    await plane.kubectl(['create', 'clusterrolebinding', 'assay-outside', '--clusterrole=assay', ...users]);
    await waitFor('the runs to be listed', () => plane.kubectl(['get', 'analysisruns', '-A']));
  });
  afterAll(async () => {
    await plane?.stop();
    await eks?.close();
    removeScratchFolder(folder);
  });

  beforeEach(async () => {
    aws = await openAwsStub();
    const ca = Buffer.from(plane.caPem).toString('base64');
    aws.eksClusters.set('shop-eu', { endpoint: plane.server, certificateAuthority: { data: ca } });
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOWN');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'own');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await aws.close();
  });

  test('EKS, as the identity of the process', async () => {
    const { code, out, err } = await add('--eks', 'shop-eu');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('are those of assay-itself');
    expect(aws.secrets.size).toBe(0);
    expect((await (await openShop()).list('AnalysisRun')).items).toEqual([]);
  });

  test('EKS, as a role that is assumed for the cluster', async () => {
    const { code, out } = await add('--eks', 'shop-eu', '--role-arn', ROLE);
    expect(out).toContain('are those of assay-by-role');
    expect(code).toBe(0);
    expect(aws.roleRequests[0]).toMatchObject({ RoleArn: ROLE, 'Tags.member.1.Value': 'shop', by: 'AKIDOWN' });
  });

  test('EKS knows its own tokens only', async () => {
    aws.eksClusters.set('another', aws.eksClusters.get('shop-eu') ?? {});
    const { code, out } = await add('--eks', 'another');
    expect(code).toBe(1);
    expect(out).toMatch(/^fail {3}credentials .*Unauthorized$/m);
  });

  test('EKS: a token that is refused before its time is made anew, once', async () => {
    await add('--eks', 'shop-eu', '--no-check');
    const before = eks.signedAt.length;
    const seen = () => eks.signedAt.slice(before);
    eks.refuseBefore(new Date(Date.now() - 30_000));
    // The second token is of no second that another test signed in: API servers keep what they were told for a while.
    const shop = await openShop(() => new Date(Date.now() + (seen().length === 0 ? -60_000 : 5000)));
    expect((await shop.list('AnalysisRun')).items).toEqual([]);
    expect(seen()).toHaveLength(2);
    expect(new Set(seen()).size).toBe(2);
  });

  test('a client certificate', async () => {
    const path = join(folder, 'zoe.kubeconfig');
    for (const [name, text] of [
      ['ca.crt', plane.caPem],
      ['zoe.crt', client.cert],
      ['zoe.key', client.key],
    ] as const) {
      writeFileSync(join(folder, name), text);
    }
    const kubectl = (...args: readonly string[]) => plane.kubectl(['config', '--kubeconfig', path, ...args]);
    await kubectl('set-cluster', 'eu', `--server=${plane.server}`, `--certificate-authority=${join(folder, 'ca.crt')}`);
    const files = [`--client-certificate=${join(folder, 'zoe.crt')}`, `--client-key=${join(folder, 'zoe.key')}`];
    await kubectl('set-credentials', 'zoe', ...files);
    await kubectl('set-context', 'eu', '--cluster=eu', '--user=zoe');
    const { code, out, err } = await add('--from-kubeconfig', path, '--context', 'eu');
    expect(err).toBe('');
    expect(out).toContain('are those of zoe');
    expect(code).toBe(0);
    expect((await (await openShop()).list('AnalysisRun')).items).toEqual([]);
  });

  // The commands of docs/clusters.md.
  test('the token of a service account that lasts', async () => {
    await plane.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: {
        name: 'assay-outside',
        namespace: 'assay-system',
        annotations: { 'kubernetes.io/service-account.name': 'assay' },
      },
    });
    const template = '-o=go-template={{.data.token | base64decode}}';
    const token = await waitFor('the token', async () => {
      const text = await plane.kubectl(['get', 'secret', 'assay-outside', '-n', 'assay-system', template]);
      return text.startsWith('ey') && text;
    });
    const path = join(folder, 'assay-shop.kubeconfig');
    writeFileSync(path, await plane.kubectl(['config', 'view', '--raw', '--flatten', '--minify']));
    const config = (...args: readonly string[]) => plane.kubectl(['config', '--kubeconfig', path, ...args]);
    await config('unset', 'users');
    await config('set-credentials', 'assay', `--token=${token}`);
    await config('set-context', '--current', '--user=assay');
    expect(readFileSync(path, 'utf8')).not.toContain(plane.adminToken);
    const { code, out } = await add('--from-kubeconfig', path);
    expect(out).toContain('are those of system:serviceaccount:assay-system:assay');
    expect(code).toBe(0);
  });
});
