import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { factsFor } from '../../lib/kinds/facts/registry.ts';
import { kindsFor } from '../../lib/kinds/registry.ts';
import type { LoadBalancers } from '../../lib/model/load-balancer.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import { scopesOf } from '../../lib/runtime/scopes.ts';
import { serve, type Serving } from '../../lib/serve/serve.ts';
import { replicasIn, type ReplicaSet } from '../../lib/workload/replica-set.ts';
import { simulatePods } from '../../lib/local/simulated-pods.ts';
import { virtualClock, type VirtualClock } from '../virtual-clock.ts';

const key = { namespace: 'shop', name: 'web' };
const wanted = { rollouts: true };

let clock: VirtualClock;
let memory: MemoryCluster;
let serving: Serving | undefined;
let lines: unknown[];
let stopPods: () => void;
let neverReady: string;

beforeEach(() => {
  clock = virtualClock(Date.parse('2026-11-30T10:00:00Z'));
  memory = memoryCluster('c1', { now: clock.now });
  lines = [];
  neverReady = 'none';
  const isStuck = ({ spec }: ReplicaSet) => imageIn(spec?.template) === neverReady;
  stopPods = simulatePods(memory, clock.timers, { neverReady: isStuck });
});
afterEach(async () => {
  stopPods();
  const stopped = serving?.stop();
  await clock.run(10_000);
  await stopped;
});

const note = (level: string) => (message: string, fields?: object) => void lines.push({ level, message, ...fields });

async function start(loadBalancers?: LoadBalancers): Promise<void> {
  const log = { info: () => {}, warn: note('warn'), error: note('error') };
  const cluster = cachedCluster(memory, scopesOf({}, factsFor(wanted)), {
    timing: { nowMs: clock.timers.nowMs, random: () => 0, sleep: async () => {} },
  });
  serving = await serve({
    clusters: [cluster],
    log,
    now: clock.now,
    timers: clock.timers,
    kinds: kindsFor(wanted),
    loadBalancers,
  });
}

function aTemplate(image: string): NonNullable<RolloutSpec['template']> {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } };
}

function imageIn(template: RolloutSpec['template']): unknown {
  return template?.spec?.containers[0]?.['image'];
}

async function create(spec: Partial<RolloutSpec>): Promise<void> {
  await memory.create('Rollout', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: key,
    spec: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: aTemplate('web:1'), ...spec },
  });
}

const update = async (image: string) => memory.patch('Rollout', key, { spec: { template: aTemplate(image) } });
const promote = async () =>
  memory.patch('Rollout', key, { status: { pauseConditions: null } }, { subresource: 'status' });

async function statusOnce(isSo: (status: RolloutStatus) => boolean, withinMs = 120_000): Promise<RolloutStatus> {
  let status: RolloutStatus = {};
  const look = (): boolean => {
    status = memory.objects('Rollout')[0]?.status ?? {};
    return isSo(status);
  };
  await clock.run(withinMs, look);
  if (!isSo(status)) throw new Error(`still ${JSON.stringify(status)}; ${JSON.stringify(lines.slice(-3))}`);
  return status;
}

const isHealthy = ({ phase, stableRS, currentPodHash }: RolloutStatus) =>
  phase === 'Healthy' && stableRS === currentPodHash;

/** Pods that are wanted, by image. */
function pods(): Record<string, number> {
  return Object.fromEntries(
    memory
      .objects('ReplicaSet')
      .map((object) => [imageIn((object as ReplicaSet).spec?.template), replicasIn(object as ReplicaSet)]),
  );
}

describe('a canary by numbers of pods', () => {
  const canary = { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: { duration: '30s' } }] };

  test('its first version goes out at once; a new one step by step, and it is promoted', async () => {
    await start();
    await create({ strategy: { canary } });
    await statusOnce(isHealthy);
    expect(pods()).toEqual({ 'web:1': 4 });

    await update('web:2');
    await statusOnce(({ phase }) => phase === 'Paused');
    expect(pods()).toEqual({ 'web:1': 3, 'web:2': 1 });

    await promote();
    await statusOnce(({ phase, currentStepIndex }) => phase === 'Paused' && currentStepIndex === 3);
    expect(pods()).toEqual({ 'web:1': 2, 'web:2': 2 });

    await statusOnce(isHealthy);
    expect(pods()).toEqual({ 'web:1': 0, 'web:2': 4 });
    expect(lines).toEqual([]);
  });

  test('a step that somebody skips by the status is heard of, though the pause before it is still noted', async () => {
    await start();
    await create({ strategy: { canary } });
    await statusOnce(isHealthy);
    await update('web:2');
    await statusOnce(({ phase }) => phase === 'Paused');
    await clock.run(3_600_000);
    await memory.patch('Rollout', key, { status: { currentStepIndex: 2 } }, { subresource: 'status' });
    await statusOnce(({ currentStepIndex }) => currentStepIndex === 3, 10_000);
    expect(pods()).toEqual({ 'web:1': 2, 'web:2': 2 });
  });

  test('at rest it is left alone', async () => {
    await start();
    await create({ strategy: { canary } });
    await statusOnce(isHealthy);
    await clock.run(10_000);
    const [before] = memory.objects('Rollout');
    await clock.run(3_600_000);
    expect(memory.objects('Rollout')[0]).toBe(before);
  });

  test('aborted, it goes back to the stable version', async () => {
    await start();
    await create({ strategy: { canary } });
    await statusOnce(isHealthy);
    await update('web:2');
    await statusOnce(({ phase }) => phase === 'Paused');
    await memory.patch('Rollout', key, { status: { abort: true } }, { subresource: 'status' });
    await statusOnce(({ phase }) => phase === 'Degraded');
    await clock.run(60_000);
    expect(pods()).toEqual({ 'web:1': 4, 'web:2': 0 });
  });

  test('pods that never get ready end its deadline', async () => {
    await start();
    await create({ strategy: { canary }, progressDeadlineSeconds: 60 });
    await statusOnce(isHealthy);
    neverReady = 'web:2';
    await update('web:2');
    const { message } = await statusOnce(({ phase }) => phase === 'Degraded');
    expect(message).toContain('ProgressDeadlineExceeded');
    expect(pods()).toMatchObject({ 'web:1': 3 });
  });
});

test('blue-green: the Service is switched when all new pods are there', async () => {
  await memory.create('Service', { apiVersion: 'v1', kind: 'Service', metadata: { ...key, name: 'active' }, spec: {} });
  await start();
  await create({ strategy: { blueGreen: { activeService: 'active', scaleDownDelaySeconds: 30 } } });
  const { stableRS: first } = await statusOnce(isHealthy);
  await update('web:2');
  const { stableRS: second } = await statusOnce((status) => isHealthy(status) && status.stableRS !== first);
  expect(await memory.get('Service', { ...key, name: 'active' })).toMatchObject({
    spec: { selector: { 'rollouts-pod-template-hash': second } },
  });
  expect(pods()).toEqual({ 'web:1': 4, 'web:2': 4 });
  await clock.run(60_000);
  expect(pods()).toEqual({ 'web:1': 0, 'web:2': 4 });
});

test('routes that a router finds by their labels get the weights of each step', async () => {
  const backendRefs = [
    { name: 'stable', port: 80, weight: 100 },
    { name: 'canary', port: 80, weight: 0 },
  ];
  for (const name of ['stable', 'canary']) {
    await memory.create('Service', { apiVersion: 'v1', kind: 'Service', metadata: { ...key, name }, spec: {} });
  }
  for (const name of ['ours', 'theirs']) {
    await memory.create('HTTPRoute', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { ...key, name, labels: { of: name } },
      spec: { rules: [{ backendRefs }] },
    });
  }
  const shares = () =>
    Object.fromEntries(
      memory.objects('HTTPRoute').map(({ metadata, spec }) => {
        const [rule] = (spec as { readonly rules: readonly { readonly backendRefs: typeof backendRefs }[] }).rules;
        return [metadata.name, rule?.backendRefs.map(({ weight }) => weight)];
      }),
    );
  const plugin = { httpRouteSelector: { matchLabels: { of: 'ours' } } };
  const canary = {
    stableService: 'stable',
    canaryService: 'canary',
    trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': plugin } },
    steps: [{ setWeight: 25 }, { pause: {} }],
  };
  await start();
  await create({ strategy: { canary } });
  await statusOnce(isHealthy);
  await update('web:2');
  await statusOnce(({ phase }) => phase === 'Paused');
  expect(shares()).toEqual({ ours: [75, 25], theirs: [100, 0] });
  await promote();
  await statusOnce(isHealthy);
  await clock.run(60_000);
  expect(shares()).toEqual({ ours: [100, 0], theirs: [100, 0] });
  expect(lines).toEqual([]);
});

describe('a canary behind a load balancer of AWS', () => {
  const host = 'web-1.eu-west-1.elb.amazonaws.com';
  const trafficRouting = { alb: { ingress: 'web', servicePort: 80 } };
  const canary = { stableService: 'stable', canaryService: 'canary', trafficRouting };
  const arn = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333';

  beforeEach(async () => {
    for (const name of ['stable', 'canary']) {
      await memory.create('Service', { apiVersion: 'v1', kind: 'Service', metadata: { ...key, name }, spec: {} });
    }
    const paths = [{ path: '/*', backend: { service: { name: 'stable', port: { name: 'use-annotation' } } } }];
    await memory.create('Ingress', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: key,
      spec: { rules: [{ http: { paths } }] },
    });
    const status = { loadBalancer: { ingress: [{ hostname: host }] } };
    await memory.patch('Ingress', key, { status }, { subresource: 'status' });
  });

  /** A load balancer that has what it was told last. */
  function aLoadBalancer() {
    const asked: string[] = [];
    const balancer = { weight: 0, asked, registered: [] as readonly string[] };
    const find: LoadBalancers['find'] = async (name) => {
      asked.push(name);
      const group = { name: 'canary', arn: `${arn}:targetgroup/canary/1`, resource: 'shop/web-canary:80' };
      const targetGroups = { object: [{ ...group, weight: balancer.weight }] };
      return { object: { name: 'web', arn: `${arn}:loadbalancer/app/web/1`, targetGroups } };
    };
    const targets: LoadBalancers['targets'] = async () => ({ object: balancer.registered });
    return Object.assign(balancer, { find, targets });
  }

  test('a step, and the end, wait until it has the weights', async () => {
    const balancer = aLoadBalancer();
    await start(balancer);
    await create({ strategy: { canary: { ...canary, steps: [{ setWeight: 25 }, { pause: {} }] } } });
    const { alb } = await statusOnce(isHealthy);
    expect(alb).toMatchObject({
      ingress: 'web',
      loadBalancer: { name: 'web', fullName: 'web/1' },
      canaryTargetGroup: { name: 'canary', fullName: 'canary/1' },
    });

    await update('web:2');
    await statusOnce(({ canary: { weights } = {} }) => weights?.verified === false);
    await clock.run(60_000);
    expect(await statusOnce(() => true)).toMatchObject({
      currentStepIndex: 0,
      canary: { weights: { verified: false } },
    });
    balancer.weight = 25;
    await statusOnce(({ currentStepIndex }) => currentStepIndex === 1, 11_000);

    await statusOnce(({ phase }) => phase === 'Paused');
    await clock.run(10_000);
    const times = balancer.asked.length;
    await clock.run(120_000);
    expect(balancer.asked).toHaveLength(times);

    await promote();
    await clock.run(120_000);
    expect(pods()).toEqual({ 'web:1': 4, 'web:2': 4 });
    balancer.weight = 100;
    await statusOnce(isHealthy);
    expect(new Set(balancer.asked)).toEqual(new Set([host]));
  });

  test('nobody looks at it where that is not asked for', async () => {
    await start();
    await create({ strategy: { canary: { ...canary, steps: [{ setWeight: 25 }, { pause: {} }] } } });
    await statusOnce(isHealthy);
    await update('web:2');
    const status = await statusOnce(({ phase }) => phase === 'Paused');
    expect(status).not.toHaveProperty('alb');
    expect(status).not.toHaveProperty('canary.weights.verified');
  });

  test('what AWS does not say keeps a step from being done, and is asked again', async () => {
    let problem: string | undefined = 'AccessDenied: not allowed';
    const balancer = aLoadBalancer();
    balancer.weight = 25;
    await start({
      ...balancer,
      find: async (name) => (problem === undefined ? balancer.find(name) : { problem }),
    });
    await create({ strategy: { canary: { ...canary, steps: [{ setWeight: 25 }, { pause: {} }] } } });
    await statusOnce(isHealthy);
    await update('web:2');
    await statusOnce(({ canary: { weights } = {} }) => weights?.canary.weight === 25);
    await clock.run(60_000);
    expect(await statusOnce(() => true)).toMatchObject({
      currentStepIndex: 0,
      canary: { weights: { verified: false } },
    });
    problem = undefined;
    await statusOnce(({ currentStepIndex }) => currentStepIndex === 1, 11_000);
  });

  /** As those who look after them would make them. */
  async function serveBy(name: string, ip: string): Promise<void> {
    await memory.patch('Service', { ...key, name }, { spec: { ports: [{ port: 80, targetPort: 8080 }] } });
    await memory.create('TargetGroupBinding', {
      apiVersion: 'elbv2.k8s.aws/v1beta1',
      kind: 'TargetGroupBinding',
      metadata: { ...key, name },
      spec: { targetGroupARN: `${arn}:targetgroup/${name}/1`, targetType: 'ip', serviceRef: { name, port: 80 } },
    });
    await memory.create('Endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...key, name },
      subsets: [{ addresses: [{ ip }], ports: [{ port: 8080 }] }],
    });
  }

  test('old pods stay until the target group of the stable Service has the new ones', async () => {
    const balancer = aLoadBalancer();
    balancer.weight = 100;
    await start(balancer);
    await serveBy('stable', '10.0.0.1');
    await create({ strategy: { canary: { ...canary, steps: [], scaleDownDelaySeconds: 30 } } });
    await statusOnce(isHealthy);
    const { stableRS: first } = await statusOnce(isHealthy);
    await update('web:2');
    await statusOnce((status) => isHealthy(status) && status.stableRS !== first);
    await clock.run(120_000);
    expect(pods()).toEqual({ 'web:1': 4, 'web:2': 4 });
    balancer.registered = ['10.0.0.9:8080', '10.0.0.1:8080'];
    await clock.run(60_000);
    expect(pods()).toEqual({ 'web:1': 0, 'web:2': 4 });
  });

  test('a blue-green update is over once the target group of the active Service has the new pods', async () => {
    const balancer = aLoadBalancer();
    await start(balancer);
    await serveBy('stable', '10.0.0.1');
    await create({ strategy: { blueGreen: { activeService: 'stable', scaleDownDelaySeconds: 30 } } });
    const { stableRS: first } = await statusOnce(isHealthy);
    await update('web:2');
    const { blueGreen } = await statusOnce((status) => status.blueGreen?.activeSelector !== first);
    await clock.run(120_000);
    expect(await statusOnce(() => true)).toMatchObject({ stableRS: first, blueGreen });
    balancer.registered = ['10.0.0.1:8080'];
    await statusOnce((status) => isHealthy(status) && status.stableRS !== first, 11_000);
  });
});
