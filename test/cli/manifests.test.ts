import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { CLUSTER_BASE, ROLLOUTS_BASE } from '../../lib/cli/cluster-base.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { type ManifestOptions, renderManifests } from '../../lib/cli/render-manifests.ts';
import { aConsole } from './console.ts';

interface Shown {
  readonly kind: string;
  readonly metadata: { readonly annotations?: Record<string, string> };
  readonly spec?: {
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
    readonly ingress?: readonly unknown[];
  };
}
interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

function rendered(options: Partial<ManifestOptions>): Shown[] {
  const text = renderManifests(CLUSTER_BASE, { cluster: 'c1', ...options });
  return parseAllDocuments(text).map((document) => document.toJS() as Shown);
}

const kinds = (objects: readonly Shown[]) => objects.map(({ kind }) => kind);
const containerIn = (objects: readonly Shown[]) =>
  objects.find(({ kind }) => kind === 'Deployment')?.spec?.template.spec.containers[0];
const valueOf = (name: string, options: Partial<ManifestOptions>) =>
  containerIn(rendered(options))?.env.find((each) => each.name === name)?.value;

const ingressOf = (options: Partial<ManifestOptions>) =>
  rendered(options).flatMap(({ kind, spec }) => (kind === 'NetworkPolicy' ? (spec?.ingress ?? []) : []));

test('the base is filled in with what is special to a cluster', () => {
  expect(valueOf('ASSAY_CLUSTER', {})).toBe('c1');
  expect(valueOf('ASSAY_BUS_ARN', { busArn: 'arn:a' })).toBe('arn:a');
  expect(valueOf('ASSAY_BUS_URL', { busUrl: 'http://a' })).toBe('http://a');
  expect(valueOf('ASSAY_DENY_INVALID', { denyInvalid: true })).toBe('true');
  expect(valueOf('ASSAY_DENY_INVALID', {})).toBe('false');
  expect(containerIn(rendered({ image: 'mine:2' }))?.image).toBe('mine:2');
});

test('the image is that of this version, and Dockerfile says how it is built', () => {
  expect(containerIn(rendered({}))?.image).toBe(`assay:${packageJson.version}`);
  expect(readFileSync('infra/image/Dockerfile', 'utf8')).toContain(`-t assay:${packageJson.version} `);
});

test('a role is an annotation of the webhook’s service account alone', () => {
  const annotated = rendered({ roleArn: 'arn:r' }).filter(({ metadata }) => metadata.annotations);
  expect(kinds(annotated)).toEqual(['ServiceAccount']);
  expect(annotated[0]?.metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': 'arn:r' });
});

test('only the networks of API servers are let in where they are given; the pages are for all', () => {
  const [admission, pages] = [{ ports: [{ port: 'admission' }] }, { ports: [{ port: 'pages' }] }];
  expect(ingressOf({})).toEqual([admission, pages]);
  const from = [{ ipBlock: { cidr: '10.0.0.0/28' } }, { ipBlock: { cidr: 'fd00::/64' } }];
  expect(ingressOf({ apiServer: ['10.0.0.0/28', 'fd00::/64'] })).toEqual([{ from, ...admission }, pages]);
});

test('the authority of API servers is asked for where it is wanted, and its file is mounted', () => {
  expect(valueOf('ASSAY_CLIENT_CA_FILE', {})).toBe('');
  const file = valueOf('ASSAY_CLIENT_CA_FILE', { clientCa: true }) ?? '';
  expect(file).toMatch(/ca\.crt$/);
  expect(containerIn(rendered({}))?.volumeMounts.map(({ mountPath }) => `${mountPath}/ca.crt`)).toContain(file);
});

test.each(['10.0.0.1', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8', 'x/8', '/8', '10.0.0.0/'])(
  '%s is no network of API servers',
  async (network) => {
    const console = aConsole();
    const args = ['manifests', '--cluster', 'c1', '--api-server', network];
    const code = await runProgram(args, { manifests: () => import('../../lib/cli/manifests.ts') }, console);
    expect([code, console.written.out]).toEqual([64, '']);
    expect(console.written.err).toContain(`expected a network such as 10.0.0.0/28, got "${network}"`);
  },
);

test('the CRDs can be left out', () => {
  expect(kinds(rendered({})).filter((kind) => kind === 'CustomResourceDefinition')).toHaveLength(4);
  expect(kinds(rendered({ crds: false }))).not.toContain('CustomResourceDefinition');
});

test('Rollouts bring their CRD, rights of their own, and more webhooks in the one configuration', async () => {
  const console = aConsole();
  const args = ['manifests', '--cluster', 'c1', '--rollouts'];
  expect(await runProgram(args, { manifests: () => import('../../lib/cli/manifests.ts') }, console)).toBe(0);
  expect(console.written.out).toBe(renderManifests([...CLUSTER_BASE, ...ROLLOUTS_BASE], { cluster: 'c1' }));
  const objects = parseAllDocuments(console.written.out).map(
    (document) => document.toJS() as Shown & { metadata: { name: string }; webhooks?: readonly { name: string }[] },
  );
  const more = objects.filter(({ metadata }) => metadata.name.includes('rollouts')).map(({ kind }) => kind);
  expect(more).toEqual(['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding']);
  const configurations = objects.filter(({ kind }) => kind === 'ValidatingWebhookConfiguration');
  expect(configurations.map(({ webhooks }) => webhooks?.length)).toEqual([8]);
  expect(console.written.out).not.toMatch(/[&*]client/);
});

async function names(...args: readonly string[]): Promise<readonly string[]> {
  const console = aConsole();
  const command = { manifests: () => import('../../lib/cli/manifests.ts') };
  await runProgram(['manifests', '--cluster', 'c1', ...args], command, console);
  const objects = parseAllDocuments(console.written.out).map(
    (document) => document.toJS() as { readonly metadata: { readonly name: string } },
  );
  return objects.map(({ metadata }) => metadata.name);
}

test('--rollouts brings the CRD of Rollouts and the rights that looking after them takes; else they are left alone', async () => {
  expect(await names()).not.toContain('assay-rollouts');
  expect(await names()).not.toContain('rollouts.argoproj.io');
  expect(await names('--rollouts')).toEqual(
    expect.arrayContaining(['rollouts.argoproj.io', 'assay-rollouts', 'assay']),
  );
});

test('--status-role brings the role that sees what is installed; else it is left out', async () => {
  expect(await names()).not.toContain('assay-status');
  expect((await names('--status-role')).slice(-2)).toEqual(['assay-status', 'assay-status']);
});

test('--router brings a role for each router, bound to the service account, with what the check asks for', async () => {
  const console = aConsole();
  const args = ['manifests', '--cluster', 'c1', '--rollouts', '--router', 'istio=networking.istio.io/v1', '--router'];
  const command = { manifests: () => import('../../lib/cli/manifests.ts') };
  expect(await runProgram([...args, 'traefik'], command, console)).toBe(0);
  const objects = parseAllDocuments(console.written.out).map((document) => document.toJS() as Record<string, unknown>);
  const routers = objects.filter(({ metadata }) => JSON.stringify(metadata).includes('assay-router-'));
  const verbs = ['get', 'list', 'patch', 'watch'];
  expect(routers).toMatchObject([
    {
      kind: 'ClusterRole',
      metadata: { name: 'assay-router-istio' },
      rules: [
        { apiGroups: ['networking.istio.io'], resources: ['virtualservices'], verbs },
        { apiGroups: ['networking.istio.io'], resources: ['destinationrules'], verbs },
      ],
    },
    {
      kind: 'ClusterRoleBinding',
      roleRef: { kind: 'ClusterRole', name: 'assay-router-istio' },
      subjects: [{ kind: 'ServiceAccount', name: 'assay', namespace: 'assay-system' }],
    },
    {
      kind: 'ClusterRole',
      metadata: { name: 'assay-router-traefik' },
      rules: [{ apiGroups: ['traefik.io'], resources: ['traefikservices'], verbs }],
    },
    { kind: 'ClusterRoleBinding', metadata: { name: 'assay-router-traefik' } },
  ]);
});

test.each([
  { args: ['--rollouts', '--router', 'linkerd'], says: /--router: expected one of istio, nginx, .*got "linkerd"/ },
  { args: ['--rollouts', '--router', 'istio=v2'], says: /--router: expected istio= and one of .*got "istio=v2"/ },
  { args: ['--router', 'istio'], says: /give --rollouts too/ },
])('$args is refused', async ({ args, says }) => {
  const console = aConsole();
  const command = { manifests: () => import('../../lib/cli/manifests.ts') };
  const code = await runProgram(['manifests', '--cluster', 'c1', ...args], command, console);
  expect([code, console.written.out]).toEqual([64, '']);
  expect(console.written.err).toMatch(says);
});
