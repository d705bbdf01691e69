import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { wrap } from '../../lib/clusters/wrap.ts';
import { kindsFor } from '../../lib/kinds/registry.ts';
import type { Cluster } from '../../lib/model/cluster.ts';
import type { ClusterRouters } from '../../lib/model/cluster-routers.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { resourceKind } from '../../lib/model/resources.ts';
import { type RoutedKind, ROUTED_KINDS } from '../../lib/model/router-rows.ts';
import type { TrafficRouting } from '../../lib/model/traffic-routing.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { step } from '../../lib/runtime/step.ts';
import { replicasIn, type ReplicaSet } from '../../lib/workload/replica-set.ts';

const T0 = Date.parse('2026-11-30T10:00:00Z');
const namespace = 'shop';
const key = { namespace, name: 'web' };

let clockMs: number;
let memory: MemoryCluster;
let asked: string[];
let stopped: AbortController;

beforeEach(() => {
  clockMs = T0;
  memory = memoryCluster('c1', { now: () => new Date(clockMs) });
  asked = [];
  stopped = new AbortController();
});
afterEach(() => stopped.abort());

function ask(verb: string, kind: string): void {
  if (ROUTED_KINDS.includes(kind as RoutedKind)) asked.push(`${verb} ${kind}`);
}

/** Counts what is asked of the API about what routers look after. */
function counting(cluster: Cluster): Cluster {
  return wrap(cluster, {
    get: (kind, at) => (ask('get', kind), cluster.get(kind, at)),
    create: (kind, object) => (ask('create', kind), cluster.create(kind, object)),
    patch: (kind, at, patch, options) => (ask('patch', kind), cluster.patch(kind, at, patch, options)),
    delete: (kind, at, options) => (ask('delete', kind), cluster.delete(kind, at, options)),
    list: 'as is',
    listStored: 'as is',
    isBehind: 'as is',
    refresh: 'as is',
    refreshAll: 'as is',
    watch: 'as is',
    recordEvent: 'as is',
    fetch: 'as is',
  });
}

/** As `assay serve` sees it, once all is listed; without routers their objects are not followed. */
async function follow(routers: ClusterRouters): Promise<Cluster> {
  const cluster = cachedCluster(counting(memory), scopesOf({ rollouts: true, routers }));
  void cluster.start(stopped.signal);
  await cluster.whenSynced();
  await turn();
  return cluster;
}

/** @returns what was asked for it of what routers look after */
async function stepOn(cluster: Cluster): Promise<readonly string[]> {
  const { uid = '' } = memory.objects('Rollout')[0]?.metadata ?? {};
  asked = [];
  const ports = {
    clusters: { get: () => cluster, names: () => ['c1'] },
    queue: { send: async () => {} },
    bus: { publish: async () => {} },
    log: { info() {}, warn() {}, error() {} },
    meter: { stepped() {}, failed() {}, measured() {} },
    now: () => new Date(clockMs),
  };
  await step({ cluster: 'c1', kind: 'Rollout', ...key, uid }, ports, undefined, kindsFor({ rollouts: true }));
  for (const replicaSet of memory.objects('ReplicaSet') as readonly ReplicaSet[]) {
    const count = replicasIn(replicaSet);
    const { generation: observedGeneration = 1, name = '' } = replicaSet.metadata;
    const pods = { replicas: count, readyReplicas: count, availableReplicas: count };
    memory.writeStatus('ReplicaSet', { namespace, name }, { ...pods, observedGeneration });
  }
  clockMs += 1_000;
  // The watch tells of it.
  for (let turns = 0; turns < 3; turns += 1) await turn();
  return asked;
}

async function settle(cluster: Cluster): Promise<readonly (readonly string[])[]> {
  const steps: (readonly string[])[] = [];
  for (let count = 0; count < 12; count += 1) steps.push(await stepOn(cluster));
  return steps;
}

async function create(object: KubernetesObject): Promise<void> {
  await memory.create(resourceKind(object.kind), object);
}

const podsOf = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
});

async function release(image: string, trafficRouting: TrafficRouting): Promise<void> {
  if (memory.objects('Rollout').length > 0) {
    return void (await memory.patch('Rollout', key, { spec: { template: podsOf(image) } }));
  }
  for (const name of ['stable', 'canary']) {
    await create({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } });
  }
  await memory.create('Rollout', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: key,
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: podsOf(image),
      strategy: {
        canary: {
          stableService: 'stable',
          canaryService: 'canary',
          trafficRouting,
          steps: [{ setWeight: 20 }, { pause: {} }],
        },
      },
    },
  });
}

const VIRTUAL_SERVICE = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'VirtualService',
  metadata: { name: 'routes', namespace },
  spec: { http: [{ route: [{ destination: { host: 'stable' } }, { destination: { host: 'canary' } }] }] },
};
const INGRESS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', namespace },
  spec: {
    rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'stable', port: { number: 80 } } } }] } }],
  },
};
const TRAEFIK_SERVICE = {
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'TraefikService',
  metadata: { name: 'web', namespace },
  spec: { weighted: { services: [{ name: 'stable' }, { name: 'canary' }] } },
};

const ROUTERS: readonly {
  readonly name: string;
  readonly trafficRouting: TrafficRouting;
  readonly object: KubernetesObject;
  readonly routers: ClusterRouters;
  /** Each step where nothing is followed. */
  readonly reads: readonly string[];
  readonly write: string;
}[] = [
  {
    name: 'istio',
    trafficRouting: { istio: { virtualService: { name: 'routes' } } },
    object: VIRTUAL_SERVICE,
    routers: { istio: {} },
    reads: ['get VirtualService'],
    write: 'patch VirtualService',
  },
  {
    name: 'nginx',
    trafficRouting: { nginx: { stableIngress: 'web' } },
    object: INGRESS,
    routers: { nginx: {} },
    reads: ['get Ingress', 'get Ingress'],
    write: 'patch Ingress',
  },
  {
    name: 'traefik',
    trafficRouting: { traefik: { weightedTraefikServiceName: 'web' } },
    object: TRAEFIK_SERVICE,
    routers: { traefik: {} },
    reads: ['get TraefikService'],
    write: 'patch TraefikService',
  },
];

/** Objects without what every write of them changes. */
function contents(objects: readonly KubernetesObject[]): readonly unknown[] {
  return objects.map((object) => ({ ...object, metadata: { ...object.metadata, resourceVersion: '', generation: 0 } }));
}

describe.each(ROUTERS)(
  'what steps ask about the objects of $name',
  ({ trafficRouting, object, routers, reads, write }) => {
    beforeEach(async () => {
      await create(object);
      await release('web:1', trafficRouting);
    });

    test('followed: a write where the weight changes, and nothing at all where it does not', async () => {
      const cluster = await follow(routers);
      await settle(cluster);
      expect(await settle(cluster)).toEqual(Array.from({ length: 12 }, () => []));
      await release('web:2', trafficRouting);
      const update = await settle(cluster);
      expect(update.filter((calls) => calls.length > 0)).toEqual([[write]]);
    });

    test('not followed: beside that, each is read once a step', async () => {
      const cluster = await follow({});
      await settle(cluster);
      await release('web:2', trafficRouting);
      const update = await settle(cluster);
      const writes = update.filter((calls) => calls.length > reads.length);
      expect(writes).toEqual([[...reads, write]]);
      expect(update.filter((calls) => !writes.includes(calls))).toEqual(Array.from({ length: 11 }, () => reads));
    });

    test('what somebody has changed meanwhile is set right by the next step, with one write', async () => {
      const cluster = await follow(routers);
      await settle(cluster);
      await release('web:2', trafficRouting);
      await settle(cluster);
      const routed = () =>
        memory.objects(resourceKind(object.kind)).filter(({ metadata }) => metadata.name !== undefined);
      const before = routed();
      const written = before.findLast(({ metadata }) => metadata.ownerReferences) ?? before[0];
      const at = { namespace, name: written?.metadata.name ?? '' };
      const edit =
        object.kind === 'Ingress'
          ? { metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '77' } } }
          : { spec: JSON.parse(JSON.stringify(written).replaceAll('"weight":20', '"weight":77')).spec };
      await memory.patch(resourceKind(object.kind), at, edit);
      for (let turns = 0; turns < 3; turns += 1) await turn();
      expect(JSON.stringify(routed())).not.toBe(JSON.stringify(before));
      expect(await stepOn(cluster)).toEqual([write]);
      expect(contents(routed())).toEqual(contents(before));
    });
  },
);
