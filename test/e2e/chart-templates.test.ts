import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { packageChart } from '../../infra/helm/package-chart.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { ROUTER_NAMES, ROUTER_ROWS } from '../../lib/model/router-rows.ts';
import { aConsole } from '../cli/console.ts';
import { serversAvailable } from './servers/build.ts';
import { CHART, helm } from './servers/helm.ts';

type Values = Readonly<Record<string, unknown>>;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}
interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
interface PodSpec {
  readonly securityContext: object;
  readonly containers: readonly {
    readonly image: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env: readonly { readonly name: string; readonly value?: string }[];
    readonly securityContext: object;
    readonly resources: object;
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
    readonly readinessProbe?: object;
    readonly livenessProbe?: object;
  }[];
  readonly volumes?: readonly { readonly name: string }[];
}

const NAMESPACE = 'assay-system';
const RENDER = ['template', 'assay', '-n', NAMESPACE];
const render = async (values: Values = {}, ...args: readonly string[]): Promise<readonly Manifest[]> =>
  manifestsIn(await helm([...RENDER, CHART, ...args], { values }));

function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

const nameOf = ({ kind, metadata: { name } }: Manifest): string => `${kind}/${name}`;
const byName = (manifests: readonly Manifest[]) =>
  Object.fromEntries(manifests.map((manifest) => [nameOf(manifest), manifest]));
const podOf = (manifests: readonly Manifest[], name: string) =>
  byName(manifests)[`Deployment/${name}`]?.spec?.template?.spec;
/** What the role of Assay itself allows. */
const rightsOf = (manifests: readonly Manifest[]): readonly string[] =>
  (byName(manifests)['ClusterRole/assay']?.rules ?? [])
    .flatMap(({ resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)))
    .toSorted();
const argsOf = (manifests: readonly Manifest[]) => podOf(manifests, 'assay')?.containers[0]?.args ?? [];

describe.skipIf(!(await serversAvailable()))('the chart', () => {
  // Built before any test's time runs.
  beforeAll(() => helm(['version']), 900_000);

  test('passes helm lint, warnings and all', async () => {
    expect(await helm(['lint', '--strict', CHART])).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  test('is what is packed, in the version of Assay', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'assay-chart-')), 'assay.tgz');
    writeFileSync(file, await packageChart(CHART));
    const { version } = packageJson;
    expect(await helm(['show', 'chart', file])).toMatch(new RegExp(`^version: ${version}$`, 'm'));
    expect(await helm([...RENDER, file])).toBe(await helm([...RENDER, CHART]));
    expect(await packageChart(CHART)).toEqual(await packageChart(CHART));
  });

  /** What `assay manifests` prints, and the values that stand for its options. */
  const SAME: readonly { readonly name: string; readonly args: readonly string[]; readonly values: Values }[] = [
    { name: 'a cluster alone', args: [], values: {} },
    {
      name: 'a bus of AWS, a role, an image',
      args: [
        '--bus-arn',
        'arn:aws:events:eu-west-1:111122223333:event-bus/b',
        '--role-arn',
        'arn:r',
        '--image',
        'a.b/c:7',
      ],
      values: {
        'webhook.bus.arn': 'arn:aws:events:eu-west-1:111122223333:event-bus/b',
        'webhook.roleArn': 'arn:r',
      },
    },
    {
      name: 'a bus over HTTP, denials, networks of API servers with certificates',
      args: [
        '--bus-url',
        'https://b',
        '--deny-invalid',
        '--api-server',
        '10.0.0.0/28',
        '--api-server',
        'fd00::/64',
        '--client-ca',
      ],
      values: {
        'webhook.bus.url': 'https://b',
        'webhook.denyInvalid': true,
        'webhook.clientCa': true,
        'networkPolicy.apiServers': ['10.0.0.0/28', 'fd00::/64'],
      },
    },
    { name: 'Rollouts', args: ['--rollouts'], values: { 'rollouts.enabled': true } },
    {
      name: 'every router',
      args: ['--rollouts', ...ROUTER_NAMES.flatMap((name) => ['--router', name])],
      values: {
        'rollouts.enabled': true,
        'rollouts.routers': Object.fromEntries(ROUTER_NAMES.map((name) => [name, {}])),
      },
    },
    ...['second', 'last'].map((which) => {
      const chosen = ROUTER_NAMES.map((name) => {
        const versions: readonly string[] = ROUTER_ROWS[name].apiVersions;
        return [name, versions.at(which === 'last' ? -1 : Math.min(1, versions.length - 1)) ?? ''] as const;
      });
      return {
        name: `every router in its ${which} version`,
        args: ['--rollouts', ...chosen.flatMap(([name, version]) => ['--router', `${name}=${version}`])],
        values: {
          'rollouts.enabled': true,
          'rollouts.routers': Object.fromEntries(chosen.map(([name, apiVersion]) => [name, { apiVersion }])),
        },
      };
    }),
  ];

  test.each(SAME)('is what assay manifests prints, object for object: $name', async ({ args, values }) => {
    const console = aConsole();
    const command = { manifests: () => import('../../lib/cli/manifests.ts') };
    expect(await runProgram(['manifests', '--cluster', 'shop', ...args], command, console)).toBe(0);
    // A chart brings no namespace, and all CRDs.
    const printed = manifestsIn(console.written.out).filter(({ kind }) => kind !== 'Namespace');
    const [, repository, tag] = /image: ([^\s:]+):(\S+)/.exec(console.written.out) ?? [];
    const usual = { cluster: 'shop', image: { repository, tag }, 'serve.enabled': false, 'rbac.serviceProxy': true };
    const rendered = await render({ ...usual, ...values }, '--include-crds');
    const printedNames = new Set(printed.map(nameOf));
    const rollouts = 'CustomResourceDefinition/rollouts.argoproj.io';
    expect(byName(rendered.filter((manifest) => nameOf(manifest) !== rollouts || printedNames.has(rollouts)))).toEqual(
      byName(printed),
    );
  });

  /** Each object of the chart, and when it is there. */
  interface Switches {
    readonly serve: boolean;
    readonly webhook: boolean;
    readonly rbac: boolean;
    readonly rollouts: 'off' | 'on' | 'routed';
    readonly around: 'nothing' | 'usual' | 'everything';
    readonly replicas: 1 | 2;
  }
  const THERE: Readonly<Record<string, (switches: Switches) => boolean>> = {
    'ServiceAccount/assay': () => true,
    'ClusterRole/assay': ({ rbac }) => rbac,
    'ClusterRoleBinding/assay': ({ rbac }) => rbac,
    'ClusterRole/assay-rollouts': ({ rbac, rollouts }) => rbac && rollouts !== 'off',
    'ClusterRoleBinding/assay-rollouts': ({ rbac, rollouts }) => rbac && rollouts !== 'off',
    'ClusterRole/assay-router-istio': ({ rbac, rollouts }) => rbac && rollouts === 'routed',
    'ClusterRoleBinding/assay-router-istio': ({ rbac, rollouts }) => rbac && rollouts === 'routed',
    'Deployment/assay': ({ serve }) => serve,
    'Service/assay': ({ serve }) => serve,
    'PodDisruptionBudget/assay': ({ serve, around, replicas }) => serve && around !== 'nothing' && replicas === 2,
    'NetworkPolicy/assay': ({ serve, around }) => serve && around !== 'nothing',
    'ServiceMonitor/assay': ({ serve, around }) => serve && around === 'everything',
    ...Object.fromEntries(
      ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'Deployment', 'Service'].map(
        (kind) => [`${kind}/assay-webhook`, ({ webhook }: Switches) => webhook],
      ),
    ),
    'ValidatingWebhookConfiguration/assay-webhook': ({ webhook }) => webhook,
    'PodDisruptionBudget/assay-webhook': ({ webhook, around, replicas }) =>
      webhook && around !== 'nothing' && replicas === 2,
    'NetworkPolicy/assay-webhook': ({ webhook, around }) => webhook && around !== 'nothing',
    'NetworkPolicy/assay-webhook-egress': ({ webhook, around }) => webhook && around === 'everything',
    'ServiceMonitor/assay-webhook': ({ webhook, around }) => webhook && around === 'everything',
  };
  const bools = [true, false] as const;
  const COMBINATIONS: readonly Switches[] = bools.flatMap((serve) =>
    bools.flatMap((webhook) =>
      bools.flatMap((rbac) =>
        (['off', 'on', 'routed'] as const).flatMap((rollouts) =>
          (['nothing', 'usual', 'everything'] as const).flatMap((around) =>
            ([1, 2] as const).map((replicas) => ({ serve, webhook, rbac, rollouts, around, replicas })),
          ),
        ),
      ),
    ),
  );

  const valuesFor = ({ serve, webhook, rbac, rollouts, around, replicas }: Switches): Values => ({
    serve: { enabled: serve, replicas },
    webhook: { enabled: webhook, replicas },
    rbac: { create: rbac },
    rollouts: { enabled: rollouts !== 'off', ...(rollouts === 'routed' && { routers: { istio: {} } }) },
    podDisruptionBudget: { enabled: around !== 'nothing' },
    networkPolicy: { enabled: around !== 'nothing', egress: { enabled: around === 'everything' } },
    serviceMonitor: { enabled: around === 'everything' },
  });

  test(
    `has the objects that are wanted, and no others, in all ${COMBINATIONS.length} combinations`,
    { timeout: 300_000 },
    async () => {
      const wrong: unknown[] = [];
      const left = [...COMBINATIONS];
      const work = async (): Promise<void> => {
        for (let switches = left.pop(); switches; switches = left.pop()) {
          const manifests = await render(valuesFor(switches));
          const found = manifests.map(nameOf).toSorted();
          const current = switches;
          const wanted = Object.keys(THERE).filter((name) => THERE[name]?.(current));
          if (found.join(' ') !== wanted.toSorted().join(' ')) wrong.push({ switches, found, wanted });
          const elsewhere = manifests.filter(({ metadata: { namespace = NAMESPACE } }) => namespace !== NAMESPACE);
          if (elsewhere.length > 0) wrong.push({ switches, elsewhere });
        }
      };
      await Promise.all([work(), work()]);
      expect(wrong).toEqual([]);
    },
  );

  test('runs as nobody, with nothing to write to, with probes and bounds', async () => {
    const manifests = await render();
    for (const name of ['assay', 'assay-webhook']) {
      const pod = podOf(manifests, name);
      expect(pod?.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod?.containers).toMatchObject(
        [
          {
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            readinessProbe: { httpGet: { path: '/readyz', port: 'pages' } },
            livenessProbe: { httpGet: { path: '/healthz', port: 'pages' } },
            resources: { requests: { cpu: /./, memory: /./ }, limits: { memory: /./ } },
          },
        ].map((each) => ({ ...each, resources: expect.objectContaining({ limits: { memory: expect.any(String) } }) })),
      );
    }
  });

  test.each([
    { name: 'its version where nobody says', image: {}, want: `assay:${packageJson.version}` },
    { name: 'a tag', image: { repository: 'r.io/a', tag: 'v1' }, want: 'r.io/a:v1' },
    {
      name: 'a digest, whatever the tag',
      image: { tag: 'v1', digest: `sha256:${'0'.repeat(64)}` },
      want: `assay@sha256:${'0'.repeat(64)}`,
    },
  ])('the image of both is $name', async ({ image, want }) => {
    const manifests = await render({ image });
    const images = ['assay', 'assay-webhook'].map((name) => podOf(manifests, name)?.containers[0]?.image);
    expect(images).toEqual([want, want]);
  });

  test('both programs of the image are started', async () => {
    const manifests = await render();
    const [serve, webhook] = ['assay', 'assay-webhook'].map((name) => podOf(manifests, name)?.containers[0]);
    expect([serve?.command, serve?.args?.[0]]).toEqual([undefined, 'serve']);
    expect(webhook?.command?.at(-1)).toBe('/assay/dist/webhook.mjs');
  });

  test.each<{ name: string; values: Values; more: readonly string[]; instead?: string; keys?: readonly string[] }>([
    { name: 'its own cluster is reached directly', values: {}, more: [] },
    {
      name: 'other clusters come from a Secret',
      values: { 'serve.clusters': { secretName: 'k', keys: ['a', 'b'], contexts: ['eu', 'us west'] } },
      more: ['--context=eu', '--context=us west'],
      keys: ['a', 'b'],
      instead: '--service-addresses=proxy',
    },
    {
      name: 'one namespace, some labels, an instance id',
      values: { watchNamespace: 'shop', 'serve.selector': 'a=b,c!=d', 'serve.instanceId': 'x' },
      more: ['--namespace=shop', '--selector=a=b,c!=d', '--instance-id=x'],
    },
    {
      name: 'Rollouts and their routers',
      values: {
        rollouts: { enabled: true, routers: { nginx: {}, istio: { apiVersion: 'networking.istio.io/v1' } } },
      },
      more: ['--rollouts', '--router=istio=networking.istio.io/v1', '--router=nginx'],
    },
    {
      name: 'addresses of metrics',
      values: {
        'serve.serviceAddresses': 'deny',
        'serve.services': ['monitoring/prometheus:9090'],
        'serve.allowHosts': ['127.0.0.1'],
        'serve.prometheusAddress': 'http://p:9090',
        'serve.controllerNamespace': 'argo-rollouts',
      },
      more: [
        '--service=monitoring/prometheus:9090',
        '--allow-host=127.0.0.1',
        '--prometheus-address=http://p:9090',
        '--controller-namespace=argo-rollouts',
      ],
      instead: '--service-addresses=deny',
    },
    {
      name: 'connections, in a file',
      values: { 'serve.settings': { connections: [{ name: 'p' }] } },
      more: ['--settings=/etc/assay/settings.yaml'],
    },
    {
      name: 'events of webhooks, over HTTPS',
      values: { 'serve.listen': { enabled: true, tokensSecret: 't', tlsSecret: 's' } },
      more: [
        '--listen=0.0.0.0:8091',
        '--listen-tokens=/var/run/secrets/assay-listen/tokens.json',
        '--listen-cert=/var/run/secrets/assay-listen-tls/tls.crt',
        '--listen-key=/var/run/secrets/assay-listen-tls/tls.key',
      ],
    },
    { name: 'whatever else is given', values: { 'serve.args': ['--qps=9'] }, more: ['--qps=9'] },
  ])('tells assay serve of $name', async ({ values, more, instead = '--service-addresses=direct', keys = [] }) => {
    const manifests = await render(values);
    expect(argsOf(manifests)).toEqual(['serve', '--metrics=0.0.0.0:8090', instead, ...more]);
    // Files that are named are mounted, and what is mounted is there.
    const [container] = podOf(manifests, 'assay')?.containers ?? [];
    const kubeconfigs = container?.env.find(({ name }) => name === 'KUBECONFIG')?.value?.split(':') ?? [];
    const files = [...more.flatMap((arg) => /=(\/.+)$/.exec(arg)?.[1] ?? []), ...kubeconfigs];
    const mounts = container?.volumeMounts ?? [];
    const unmounted = files.filter((file) => !mounts.some(({ mountPath }) => file.startsWith(`${mountPath}/`)));
    expect(unmounted).toEqual([]);
    const volumes = podOf(manifests, 'assay')?.volumes ?? [];
    expect(mounts.map((mount) => mount.name)).toEqual(volumes.map((volume) => volume.name));
    expect(kubeconfigs.map((file) => file.split('/').at(-1))).toEqual(keys);
  });

  test('in one namespace the rights are of that one', async () => {
    const manifests = await render({ watchNamespace: 'shop', rollouts: { enabled: true, routers: { smi: {} } } });
    const bindings = manifests.filter(({ kind }) => kind.endsWith('Binding'));
    expect(bindings.map((binding) => `${binding.metadata.namespace} ${nameOf(binding)}`).toSorted()).toEqual([
      'assay-system RoleBinding/assay-webhook',
      'shop RoleBinding/assay',
      'shop RoleBinding/assay-rollouts',
      'shop RoleBinding/assay-router-smi',
      'undefined ClusterRoleBinding/assay-webhook',
    ]);
  });

  const FEATURES: Readonly<Record<string, readonly string[]>> = {
    jobs: ['create jobs', 'delete jobs', 'get jobs', 'list pods'],
    experiments: [
      'get rollouts',
      'patch experiments',
      ...['create', 'delete', 'get', 'patch'].map((verb) => `${verb} replicasets`),
      ...['create', 'delete', 'get', 'list', 'watch'].map((verb) => `${verb} services`),
    ],
    schedules: ['list namespaces'],
    secrets: ['get secrets'],
    events: ['create events', 'patch events'],
    serviceProxy: ['create services/proxy', 'get services/proxy', 'update services/proxy'],
  };
  const all = Object.fromEntries(Object.keys(FEATURES).map((feature) => [`rbac.${feature}`, true]));

  test.each(Object.entries(FEATURES))(
    'without %s its rights are not there, and all others are',
    async (feature, rights) => {
      const without = rightsOf(await render({ ...all, [`rbac.${feature}`]: false }));
      const having = rightsOf(await render(all));
      expect(having.filter((right) => !without.includes(right))).toEqual(rights.toSorted());
      expect(without.filter((right) => !having.includes(right))).toEqual([]);
    },
  );

  test('without any feature it may look after runs, and look at what else it follows', async () => {
    const none = rightsOf(await render(Object.fromEntries(Object.keys(all).map((name) => [name, false]))));
    expect(none.filter((right) => !/^(get|list|watch) /.test(right))).toEqual([
      'delete analysisruns',
      'patch analysisruns',
      'update analysisruns/finalizers',
      'update experiments/finalizers',
    ]);
  });

  test('Rollouts bring the rights along that they share with Experiments and Jobs', async () => {
    const off = Object.fromEntries(Object.keys(all).map((name) => [name, false]));
    const alone = rightsOf(await render(off));
    const more = rightsOf(await render({ ...off, 'rollouts.enabled': true })).filter((right) => !alone.includes(right));
    expect(more).toEqual(['create analysisruns', 'list pods', ...(FEATURES['experiments'] ?? [])].toSorted());
  });

  const documented = [...readFileSync('docs/install.md', 'utf8').matchAll(/^helm install (?:.*\\\n)*.*$/gm)].map(
    String,
  );

  test.each(documented)('docs/install.md has values that are some: %s', async (command) => {
    const words = [...command.replaceAll('\\\n', ' ').matchAll(/'[^']*'|[^\s']+(?:'[^']*')?/g)].map((word) =>
      String(word).replaceAll("'", ''),
    );
    const flags = words.slice(4).filter((word) => word !== '--create-namespace');
    expect(words.slice(0, 4)).toEqual(['helm', 'install', 'assay', 'infra/chart']);
    expect(manifestsIn(await helm(['template', 'assay', CHART, ...flags])).length).toBeGreaterThan(5);
  });

  test.each([
    {
      name: 'three replicas of serve',
      values: { 'serve.replicas': 3 },
      says: /'\/serve\/replicas': maximum: got 3, want 2/,
    },
    {
      name: 'a value that is none',
      values: { 'serve.replica': 2 },
      says: /'\/serve': additional properties 'replica' not allowed/,
    },
    { name: 'a value that is taken away', values: { cluster: null }, says: /at '': missing property 'cluster'/ },
    {
      name: 'a router that is none',
      values: { 'rollouts.routers': { linkerd: {} } },
      says: /'\/rollouts\/routers': additional properties 'linkerd' not allowed/,
    },
    {
      name: 'a version that a router has not',
      values: { 'rollouts.routers': { istio: { apiVersion: 'v2' } } },
      says: /'\/rollouts\/routers\/istio\/apiVersion': value must be one of 'networking/,
    },
    {
      name: 'a bus that is none',
      values: { 'webhook.bus.arn': 'bus' },
      says: /'\/webhook\/bus\/arn': 'bus' does not match pattern/,
    },
    {
      name: 'an address without a network',
      values: { 'networkPolicy.apiServers': ['10.0.0.1'] },
      says: /'\/networkPolicy\/apiServers\/0': '10.0.0.1' does not match/,
    },
    {
      name: 'a text for a switch',
      values: { 'webhook.enabled': 'yes' },
      says: /'\/webhook\/enabled': got string, want boolean/,
    },
    {
      name: 'a digest that is none',
      values: { 'image.digest': 'sha256:1' },
      says: /'\/image\/digest': 'sha256:1' does not match/,
    },
    { name: 'a name that no cluster has', values: { cluster: 'a b' }, says: /'\/cluster': 'a b' does not match/ },
    {
      name: 'two buses',
      values: { cluster: 'c', 'webhook.bus': { arn: 'arn:aws:events:r:1:event-bus/b', url: 'http://b' } },
      says: /webhook.bus: give arn or url, not both/,
    },
    {
      name: 'a bus, and no name of the cluster',
      values: { 'webhook.bus.url': 'http://b' },
      says: /cluster: say what Assay calls this cluster/,
    },
    {
      name: 'routers without Rollouts',
      values: { 'rollouts.routers': { istio: {} } },
      says: /rollouts.routers: traffic routers are of Rollouts: set rollouts.enabled too/,
    },
    {
      name: 'kubeconfigs without contexts',
      values: { 'serve.clusters.secretName': 's' },
      says: /serve.clusters.contexts: name the contexts/,
    },
    {
      name: 'contexts without kubeconfigs',
      values: { 'serve.clusters.contexts': ['c'] },
      says: /serve.clusters.secretName: name the Secret/,
    },
    {
      name: 'events without tokens',
      values: { 'serve.listen.enabled': true },
      says: /serve.listen.tokensSecret: name the Secret/,
    },
  ])('refuses $name, and says why', async ({ values, says }) => {
    await expect(render(values)).rejects.toThrow(says);
  });
});
