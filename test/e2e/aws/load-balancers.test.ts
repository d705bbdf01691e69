import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routerRole } from '../../../lib/cli/router-role.ts';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { formatMessage } from '../../../lib/model/message.ts';
import type { RolloutStatus } from '../../../lib/model/rollout-status.ts';
import { type AnalysisCluster, borrowAnalysisCluster, NAMESPACE } from '../analysis-cluster.ts';
import { openRolloutCluster, type RolloutCluster } from '../rollout-cluster.ts';
import { alb } from '../routers/alb.ts';
import { servicesOf } from '../routers/row.ts';
import { REGION } from '../servers/aws/account.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { type LoadBalancerController, startLoadBalancerController } from '../servers/aws/load-balancer-controller.ts';
import { serversAvailable } from '../servers/build.ts';
import { type Kubelet, startKubelet } from '../servers/kubelet.ts';
import { minimalCrd } from '../servers/router-crds.ts';
import { waitFor } from '../servers/wait-for.ts';
import { type ApiProxy, openApiProxy } from './api-proxy.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';

const CLUSTER = 'releases';
const NAME = 'shop';
const ROLE = 'arn:aws:iam::123456789012:role/assay-looks';
const BINDINGS = 'elbv2.k8s.aws/v1beta1';
const RIGHTS = join(import.meta.dirname, '../../../infra/cluster/rbac-rollouts.yaml');
/** So that a step which asks at once finds the weights of before. */
const LATE_MS = 2_000;
const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }];

/** The functions ask moto as the role of the cluster; no webhook tells them of anything. */
describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('load balancers of AWS', () => {
  let cluster: AnalysisCluster;
  let rollouts: RolloutCluster;
  let kubelet: Kubelet;
  let proxy: ApiProxy;
  let deployment: Deployment;
  let balancer: LoadBalancerController;
  const crd = minimalCrd('elbv2.k8s.aws', 'v1beta1', 'TargetGroupBinding', 'targetgroupbindings');

  const apply = (object: KubernetesObject & { readonly spec: object }) =>
    cluster.plane.apply({ ...object, metadata: { ...object.metadata, namespace: NAMESPACE } });

  beforeAll(async () => {
    [cluster, deployment] = await Promise.all([borrowAnalysisCluster(), startDeployment({ maximumConcurrency: 1 })]);
    const { plane } = cluster;
    kubelet = await startKubelet(plane);
    await waitFor('the service account that pods run as', () =>
      plane.api.call(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`),
    );
    await plane.apply(crd);
    await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
    await plane.kubectl(['apply', '-f', RIGHTS]);
    await plane.apply(routerRole('alb', {}));
    proxy = await openApiProxy(plane);
    await registerCluster(deployment, CLUSTER, plane, {
      endpoint: proxy.server,
      ca: proxy.ca,
      rollouts: true,
      routers: { alb: {} },
      aws: { roleArn: ROLE, region: REGION, verifyTargetGroup: true },
    });
    rollouts = openRolloutCluster(cluster);
    for (const object of [...servicesOf(NAME), ...alb.objects(NAME)]) await apply(object);
    const { endpoint } = deployment.account;
    balancer = await startLoadBalancerController({
      endpoint,
      api: plane.api,
      namespace: NAMESPACE,
      name: NAME,
      lateMs: LATE_MS,
    });
    for (const [part, targetGroupARN] of Object.entries(balancer.arns)) {
      const spec = { targetGroupARN, targetType: 'ip', serviceRef: { name: `${NAME}-${part}`, port: 80 } };
      await apply({ apiVersion: BINDINGS, kind: 'TargetGroupBinding', metadata: { name: `${NAME}-${part}` }, spec });
    }
  });
  afterAll(async () => {
    await balancer?.stop();
    await deployment?.stop();
    await proxy?.stop();
    await cluster?.plane.kubectl(['delete', '-f', RIGHTS]);
    await cluster?.plane.kubectl(['delete', 'crd', crd.metadata.name]);
    await kubelet?.stop();
    await cluster?.stop();
  });

  const tell = async (): Promise<void> => {
    const { uid = '' } = (await rollouts.rollout(NAME)).metadata;
    const ref = { cluster: CLUSTER, kind: 'Rollout', namespace: NAMESPACE, name: NAME, uid };
    await deployment.account.send(formatMessage({ ref }));
  };
  /** Told again and again, as a webhook would. */
  const until = async (what: string, holds: (status: RolloutStatus) => boolean): Promise<RolloutStatus> =>
    waitFor(
      `${NAME} ${what}`,
      async () => {
        await tell();
        const { status = {} } = await rollouts.rollout(NAME);
        return holds(status) ? status : undefined;
      },
      { timeoutMs: 120_000, everyMs: 1_500 },
    );
  const pausedAt = (step: number) =>
    until(`to be paused at ${step}`, ({ phase, currentStepIndex }) => phase === 'Paused' && currentStepIndex === step);
  const resume = () => rollouts.patchStatus(NAME, { pauseConditions: null });
  const areGone = async (): Promise<boolean> => {
    await tell();
    return (await rollouts.podCount(NAME)) === 2;
  };

  it('an update waits at each weight until its load balancer has it, and its pods', { timeout: 400_000 }, async () => {
    const services = { stableService: `${NAME}-stable`, canaryService: `${NAME}-canary` };
    const canary = { ...services, trafficRouting: alb.trafficRouting(NAME), scaleDownDelaySeconds: 2, steps };
    await rollouts.create(NAME, { replicas: 2, strategy: { canary } });
    await until('to be healthy', ({ phase }) => phase === 'Healthy');
    await rollouts.setImage(NAME, `${NAME}:2`);

    for (const [index, weight] of [20, 60].entries()) {
      await pausedAt(index * 2 + 1);
      // The step is over, so the load balancer has had it for some time.
      expect([await balancer.weight('canary'), await balancer.weight('stable')]).toEqual([weight, 100 - weight]);
      await resume();
    }
    const done = await until(
      'to be healthy again',
      ({ phase, stableRS, currentPodHash }) => phase === 'Healthy' && stableRS === currentPodHash,
    );
    expect(done.alb).toMatchObject({
      ingress: NAME,
      loadBalancer: { name: NAME },
      canaryTargetGroup: { name: `${NAME}-canary`, arn: balancer.arns.canary },
      stableTargetGroup: { name: `${NAME}-stable`, arn: balancer.arns.stable },
    });
    await waitFor('all traffic to be back', async () => (await balancer.weight('stable')) === 100);
    const reasons = await rollouts.reasons(NAME);
    expect(reasons).toEqual(expect.arrayContaining(['TargetGroupUnverified', 'TargetGroupVerified']));
    expect(reasons).not.toContain('TargetGroupVerifyError');
  });

  it('the old pods go, and the target group of the stable Service has the new ones', { timeout: 120_000 }, async () => {
    await waitFor('the old pods to be gone', areGone, { everyMs: 1_500 });
    expect(await balancer.targets('stable')).toHaveLength(2);
  });

  it('a step asks twice at most about the Ingress, and most of them not at all', async () => {
    const taken = deployment.onMessage.log().filter(({ message, kind }) => message === 'step' && kind === 'Rollout');
    const calls = taken.map(({ time, tookMs }) => {
      const endedMs = Date.parse(String(time));
      const within = proxy.requests.filter(({ atMs }) => atMs >= endedMs - Number(tookMs) && atMs <= endedMs);
      return within.filter(({ path }) => path.includes(`/ingresses/${NAME}`)).length;
    });
    console.log(`${taken.length} steps, calls about the Ingress: ${calls.join(' ')}`);
    expect(Math.max(...calls)).toBeLessThanOrEqual(2);
    expect(calls.filter((count) => count === 0).length).toBeGreaterThan(calls.length / 3);
  });

  it('nothing failed on the way', () => {
    expect(deployment.onMessage.usage()).toMatchObject({ errors: 0, timeouts: 0, crashes: 0 });
  });
});
