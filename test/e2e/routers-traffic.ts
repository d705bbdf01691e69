import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { routerRole } from '../../lib/cli/router-role.ts';
import { NAMESPACE, startAnalysisCluster } from './analysis-cluster.ts';
import { ask, openRequestStream } from './request-stream.ts';
import { openRolloutCluster } from './rollout-cluster.ts';
import { gatewayApi } from './routers/gateway-api.ts';
import { nginx } from './routers/nginx.ts';
import { hostOf, type RouterRow, servicesOf } from './routers/row.ts';
import { traefik } from './routers/traefik.ts';
import { startAssayServe } from './servers/assay-serve.ts';
import { startKubelet } from './servers/kubelet.ts';
import { startTraefik } from './servers/traefik.ts';
import { waitFor } from './servers/wait-for.ts';

/**
 * Run in a network of its own (`unshare --net`), in which addresses of pods are the loopback interface's. Updates a
 * Rollout a router while requests go through Traefik to its pods; prints what answered them, as JSON.
 */
const COUNTED = 1500;
const PAGE = join(import.meta.dirname, 'servers/pod-page.ts');
const RIGHTS = join(import.meta.dirname, '../../infra/cluster/rbac-rollouts.yaml');
const ROUTES: readonly {
  readonly row: RouterRow;
  readonly canary: object;
  /** Nobody writes endpoints for so long once the stable Service is switched. */
  readonly endpointsLateMs: number;
}[] = [
  { row: traefik, canary: {}, endpointsLateMs: 0 },
  { row: gatewayApi, canary: {}, endpointsLateMs: 0 },
  { row: nginx, canary: { dynamicStableScale: true, abortScaleDownDelaySeconds: 5 }, endpointsLateMs: 1500 },
];
const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 50 }, { pause: {} }, { setWeight: 100 }, { pause: {} }];

/** Where each has all its traffic at the canary, one of them goes on without controllers while the others stand still. */
const arrivals = ROUTES.map(() => Promise.withResolvers<void>());
const alone = Promise.withResolvers<void>();

const cluster = await startAnalysisCluster({ controllers: true });
const { plane } = cluster;
const rollouts = openRolloutCluster(cluster);
const rows = ROUTES.map(({ row }) => row);
for (const row of rows) for (const crd of await row.crds()) await plane.apply(crd);
await plane.apply(rows.map(({ router }) => routerRole(router, {})).join('---\n'));
await plane.apply({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'nginx' },
  spec: { controller: 'k8s.io/ingress-nginx' },
});
await plane.kubectl(['apply', '-f', RIGHTS]);
await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
const kubelet = await startKubelet(plane);
const proxy = await startTraefik(plane, ['kubernetesCRD', 'kubernetesGateway', 'kubernetesIngressNGINX']);
await plane.apply({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: 'traefik' },
  spec: { controllerName: 'traefik.io/gateway-controller' },
});
await plane.apply({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'web', namespace: NAMESPACE },
  // Traefik finds its listener by the port.
  spec: { gatewayClassName: 'traefik', listeners: [{ name: 'http', protocol: 'HTTP', port: proxy.port }] },
});
const assay = await startAssayServe({
  kubeconfigPath: cluster.kubeconfigPath,
  args: ['--rollouts', ...rows.map(({ router }) => `--router=${router}`)],
});
try {
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`;
  await waitFor('the service account that pods run as', () => plane.api.call(path));
  const outcomes = await Promise.all(
    ROUTES.map(
      async (route, index) => [route.row.router, await follow(route, () => arrivals[index]?.resolve())] as const,
    ),
  );
  console.log(JSON.stringify(Object.fromEntries(outcomes)));
} finally {
  await assay.stop();
  await proxy.stop();
  await kubelet.stop();
  await cluster.stop();
}

/** Lets `act` be with no controller of the cluster at work, and for a while more. */
async function withLateEndpoints(act: () => Promise<void>, lateMs: number): Promise<void> {
  const { controllerManager } = plane.pids();
  if (controllerManager === undefined) throw new Error('no controllers');
  process.kill(controllerManager, 'SIGSTOP');
  try {
    await act();
    await sleep(lateMs);
  } finally {
    process.kill(controllerManager, 'SIGCONT');
  }
}

async function follow({ row, canary, endpointsLateMs }: (typeof ROUTES)[number], arrive: () => void) {
  const name = row.router.toLowerCase();
  for (const object of [...servicesOf(name), ...row.objects(name)]) {
    await plane.apply({ ...object, metadata: { ...object.metadata, namespace: NAMESPACE } });
  }
  const strategy = {
    canary: {
      stableService: `${name}-stable`,
      canaryService: `${name}-canary`,
      trafficRouting: row.trafficRouting(name),
      steps,
      ...canary,
    },
  };
  await rollouts.create(name, { strategy, template: podsOf(name, 'v1') });
  await rollouts.healthy(name);
  await waitFor(`traefik to know ${name}`, () => ask(proxy, hostOf(name)));

  const requests = openRequestStream(proxy, hostOf(name));
  const shares: { readonly version: string; readonly weight: number; readonly share: number }[] = [];
  /** Counts once the weight has got through to the proxy, which the last so many requests must show. */
  const measure = async (version: string, weight: number, shownBy = 100): Promise<void> => {
    const isThere = async () => Math.abs((await requests.shareOf(version, shownBy)) - weight) <= 2;
    await waitFor(`${name} to send ${weight} % to ${version}`, isThere);
    shares.push({ version, weight, share: await requests.shareOf(version, COUNTED) });
  };
  const resume = () => rollouts.patchStatus(name, { pauseConditions: null });

  await measure('v2', 0);
  await rollouts.patch(name, { spec: { template: podsOf(name, 'v2') } });
  for (const [index, weight] of [20, 50, 100].entries()) {
    await rollouts.paused(name, index * 2 + 1);
    await measure('v2', weight);
    if (weight < 100) await resume();
  }
  arrive();
  if (endpointsLateMs > 0) {
    await Promise.all(arrivals.map(({ promise }) => promise));
    const before = await rollouts.selectedBy(`${name}-stable`);
    const isSwitched = async () => (await rollouts.selectedBy(`${name}-stable`)) !== before;
    const end = async (): Promise<void> => {
      await resume();
      await waitFor(`${name} to switch its stable Service`, isSwitched);
    };
    await withLateEndpoints(end, endpointsLateMs);
    alone.resolve();
  } else {
    await alone.promise;
    await resume();
  }
  await rollouts.healthy(name);
  await rollouts.once(name, 'to have its traffic back', ({ canary: at }) => at?.weights?.canary.weight === 0);
  // The canary Service had the same pods: only after a while is it the stable one that is counted, and what the proxy knows of it.
  await measure('v2', 100, COUNTED);

  await rollouts.patch(name, { spec: { template: podsOf(name, 'v3') } });
  await rollouts.paused(name, 1);
  await measure('v3', 20);
  await resume();
  await rollouts.paused(name, 3);
  await measure('v3', 50);
  await rollouts.patchStatus(name, { abort: true });
  await rollouts.once(name, 'to be degraded', ({ phase }) => phase === 'Degraded');
  await measure('v3', 0);
  // Requests go on while pods of other versions end.
  await waitFor(`${name} to have pods of one version`, async () => (await rollouts.podCount(name)) === 3, {
    timeoutMs: 60_000,
  });
  await measure('v2', 100);
  await requests.stop();
  return { shares, total: requests.total(), failures: requests.failures() };
}

/** They answer on their own address until some time after their deletion, as whoever wants no failed request has them do. */
function podsOf(app: string, version: string) {
  const container = {
    name: 'main',
    image: `${app}:${version}`,
    command: [process.execPath, PAGE, version],
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/', port: 8080 } },
    lifecycle: { preStop: { sleep: { seconds: 6 } } },
  };
  return { metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 10, containers: [container] } };
}
