import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routerRole } from '../../lib/cli/router-role.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { type AnalysisCluster, NAMESPACE, startAnalysisCluster } from './analysis-cluster.ts';
import { type ApiWrites, openApiWrites } from './api-writes.ts';
import { openRolloutCluster, type RolloutCluster } from './rollout-cluster.ts';
import { alb } from './routers/alb.ts';
import { ambassador } from './routers/ambassador.ts';
import { apisix } from './routers/apisix.ts';
import { appMesh } from './routers/app-mesh.ts';
import { gatewayApi } from './routers/gateway-api.ts';
import { istio } from './routers/istio.ts';
import { nginx } from './routers/nginx.ts';
import { type RouterRow, servicesOf } from './routers/row.ts';
import { smi } from './routers/smi.ts';
import { traefik } from './routers/traefik.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type Kubelet, startKubelet } from './servers/kubelet.ts';
import { waitFor } from './servers/wait-for.ts';

const RIGHTS = join(import.meta.dirname, '../../infra/cluster/rbac-rollouts.yaml');
const ROWS: readonly RouterRow[] = [istio, gatewayApi, nginx, traefik, smi, alb, apisix, ambassador, appMesh];
const VIRTUAL_SERVICES = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/virtualservices`;
const ARGS = ['--rollouts', ...ROWS.map(({ router }) => `--router=${router}`)];
const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }];

interface VirtualService extends KubernetesObject {
  readonly spec: { readonly http: readonly { readonly route: readonly object[] }[] };
}

describe.skipIf(!(await serversAvailable()))('traffic routers', () => {
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let kubelet: Kubelet;
  let writes: ApiWrites;
  let assay: AssayServe;

  beforeAll(async () => {
    cluster = await startAnalysisCluster({ controllers: true });
    const { plane } = cluster;
    rollouts = openRolloutCluster(cluster);
    const crds = (await Promise.all(ROWS.map((row) => row.crds()))).flat();
    await plane.apply({ apiVersion: 'v1', kind: 'List', items: crds });
    await plane.kubectl(['apply', '-f', RIGHTS]);
    await plane.apply(ROWS.map(({ router }) => routerRole(router, {})).join('---\n'));
    await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
    kubelet = await startKubelet(plane);
    const account = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`;
    await waitFor('the service account that pods run as', () => plane.api.call(account));
    writes = await openApiWrites(cluster);
    assay = await startAssayServe({ kubeconfigPath: writes.kubeconfigPath, args: ARGS });
  });
  afterAll(async () => {
    await assay?.stop();
    await writes?.stop();
    await kubelet?.stop();
    await cluster?.stop();
  });

  const apply = async (objects: readonly KubernetesObject[]) => {
    const items = objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: NAMESPACE } }));
    await cluster.plane.apply({ apiVersion: 'v1', kind: 'List', items });
  };
  /** A Rollout at rest whose traffic the router splits. @returns the objects, as they were before it came */
  const begin = async (row: RouterRow, name: string): Promise<readonly KubernetesObject[]> => {
    await apply([...servicesOf(name), ...row.objects(name)]);
    const before = await contents(row, name);
    const services = { stableService: `${name}-stable`, canaryService: `${name}-canary` };
    const canary = { ...services, trafficRouting: row.trafficRouting(name), steps };
    await rollouts.create(name, { replicas: 2, strategy: { canary } });
    await rollouts.healthy(name);
    return before;
  };
  const resume = (name: string) => rollouts.patchStatus(name, { pauseConditions: null });
  const weight = (row: RouterRow, name: string) => row.weight(cluster.plane.api, name);
  const weightToBe = (row: RouterRow, name: string, wanted: number) =>
    waitFor(`the canary of ${name} to have ${wanted} %`, async () => (await weight(row, name)) === wanted);
  const notWeighted = (row: RouterRow, name: string) =>
    waitFor(`the canary of ${name} to have nothing`, async () => ((await weight(row, name)) ?? 0) === 0);
  /** What users have in the objects: all but what the server counts, and what is meant to stay. */
  const contents = (row: RouterRow, name: string): Promise<readonly KubernetesObject[]> =>
    Promise.all(
      row.objects(name).map(async ({ kind, apiVersion, metadata: { name: own = '' } }) => {
        const type = [kind, ...apiVersion.split('/').toReversed()].join('.');
        const text = await cluster.plane.kubectl(['get', type, own, '-n', NAMESPACE, '-o', 'json']);
        const { metadata, ...rest } = JSON.parse(text) as KubernetesObject;
        const { labels, annotations, finalizers, ownerReferences } = metadata;
        const found = { ...rest, metadata: { name: own, labels, annotations, finalizers, ownerReferences } };
        return (row.withoutTraces?.(found as KubernetesObject) ?? found) as KubernetesObject;
      }),
    );

  describe.concurrent('each', () => {
    test.each(ROWS)(
      '$router: weights at each step of an update; its end and an abort leave all as it was',
      async (row) => {
        const name = row.router.toLowerCase();
        const before = await begin(row, name);
        await rollouts.setImage(name, `${name}:2`);
        await rollouts.paused(name, 1);
        expect(await weight(row, name)).toBe(20);
        await resume(name);
        await rollouts.paused(name, 3);
        expect(await weight(row, name)).toBe(60);
        await resume(name);
        await rollouts.healthy(name);
        await notWeighted(row, name);
        expect(await contents(row, name)).toEqual(before);

        await rollouts.setImage(name, `${name}:3`);
        await rollouts.paused(name, 1);
        expect(await weight(row, name)).toBe(20);
        await rollouts.patchStatus(name, { abort: true });
        await rollouts.once(name, 'to be degraded', ({ phase }) => phase === 'Degraded');
        await notWeighted(row, name);
        expect(await contents(row, name)).toEqual(before);
      },
    );

    test('edited by somebody in the middle of an update: weights are set right, the rest is theirs', async () => {
      const name = 'edited';
      const path = `${VIRTUAL_SERVICES}/${name}`;
      await begin(istio, name);
      await rollouts.setImage(name, `${name}:2`);
      await rollouts.paused(name, 1);
      const { spec } = await cluster.plane.api.call<VirtualService>(path);
      const http = spec.http.map(({ route, ...rest }) => ({
        ...rest,
        timeout: '5s',
        route: route.map((destination) => ({ ...destination, weight: 50 })),
      }));
      const patch = { metadata: { labels: { team: 'web' } }, spec: { http } };
      await cluster.plane.api.call(path, { method: 'PATCH', contentType: 'application/merge-patch+json', body: patch });
      await weightToBe(istio, name, 20);
      await resume(name);
      await rollouts.paused(name, 3);
      expect(await weight(istio, name)).toBe(60);
      const after = await cluster.plane.api.call<VirtualService>(path);
      expect(after).toMatchObject({ metadata: { labels: { team: 'web' } }, spec: { http: [{ timeout: '5s' }] } });
    });

    test('deleted in the middle of an update: the Rollout says so, and goes on when it is back', async () => {
      const name = 'gone';
      await begin(istio, name);
      await rollouts.setImage(name, `${name}:2`);
      await rollouts.paused(name, 1);
      await cluster.plane.api.call(`${VIRTUAL_SERVICES}/${name}`, { method: 'DELETE' });
      const { status } = await rollouts.once(name, 'to be degraded', ({ phase }) => phase === 'Degraded');
      expect(status?.message).toBe(
        'InvalidSpec: The Rollout "gone" is invalid: spec.strategy.canary.trafficRouting.istio.virtualService.name: ' +
          'Invalid value: "gone": virtualservices.networking.istio.io "gone" not found',
      );
      await apply(istio.objects(name));
      await rollouts.paused(name, 1);
      await weightToBe(istio, name, 20);
      await resume(name);
      await rollouts.paused(name, 3);
      expect(await weight(istio, name)).toBe(60);
    });
  });

  test('each write is refused once, as if somebody had been faster: the update gets to its end', async () => {
    const name = 'refused';
    const open = new Set<string>();
    writes.judge((method, path) => {
      const key = `${method} ${path}`;
      if (method === 'POST' || !path.includes(`/${name}`)) return 'pass';
      // The next try of the same write passes.
      if (open.delete(key)) return 'pass';
      open.add(key);
      return 'refuse';
    });
    try {
      await begin(istio, name);
      await rollouts.setImage(name, `${name}:2`);
      await rollouts.paused(name, 1);
      expect(await weight(istio, name)).toBe(20);
      await resume(name);
      await rollouts.paused(name, 3);
      await resume(name);
      await rollouts.healthy(name);
      await notWeighted(istio, name);
    } finally {
      writes.judge(undefined);
    }
    const refused = writes.seen.filter(({ path, status }) => path.includes(`/${name}`) && status === 409);
    expect(refused.map(({ path }) => path)).toContain(VIRTUAL_SERVICES.replace('/v1/', '/v1alpha3/') + `/${name}`);
    expect(refused.map(({ path }) => path)).toContainEqual(expect.stringMatching(/\/rollouts\/refused\/status$/));
  });

  test('killed between the write of weights and that of the status: goes on, and writes nothing twice', async () => {
    const name = 'killed';
    await begin(istio, name);
    const ofWeights = () => writes.seen.filter(({ path }) => path.endsWith(`/virtualservices/${name}`));
    const held = Promise.withResolvers<void>();
    writes.judge((_method, path) => {
      if (!path.endsWith(`/rollouts/${name}/status`) || ofWeights().length === 0) return 'pass';
      held.resolve();
      return 'hold';
    });
    await rollouts.setImage(name, `${name}:2`);
    await held.promise;
    expect(await weight(istio, name)).toBe(20);
    expect((await rollouts.rollout(name)).status?.currentStepIndex).toBe(0);
    await assay.kill();
    writes.judge(undefined);
    assay = await startAssayServe({ kubeconfigPath: writes.kubeconfigPath, args: ARGS });
    await rollouts.paused(name, 1);
    expect(await weight(istio, name)).toBe(20);
    expect(ofWeights()).toHaveLength(1);
    expect(await rollouts.pods(name)).toEqual({ 'killed:1': 2, 'killed:2': 1 });
  });
});
