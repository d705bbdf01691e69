import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import { formatMessage } from '../../../lib/model/message.ts';
import { type AnalysisCluster, resultOf, startAnalysisCluster } from '../analysis-cluster.ts';
import { type EksVerifier, startEksVerifier } from '../servers/aws/eks-verifier.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { serversAvailable } from '../servers/build.ts';
import { type SampleService, startSampleService } from '../servers/sample-service.ts';
import { waitFor } from '../servers/wait-for.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';

const REGION = 'eu-west-1';
const ROLE_ARN = 'arn:aws:iam::123456789012:role/assay-shop';
const CALLER = 'arn:aws:sts::123456789012:assumed-role/assay-shop/';
/** Whom the emulated STS takes any other key for. */
const SELF = 'arn:aws:sts::123456789012:user/';

describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('an EKS cluster on AWS', () => {
  let deployment: Deployment;
  let verifier: EksVerifier;
  let cluster: AnalysisCluster;
  let service: SampleService;

  beforeAll(async () => {
    deployment = await startDeployment();
    const { env, endpoint } = deployment.account;
    verifier = await startEksVerifier({
      clusterName: 'shop',
      region: REGION,
      stsUrl: endpoint,
      secretKeys: { [env['AWS_ACCESS_KEY_ID'] ?? '']: env['AWS_SECRET_ACCESS_KEY'] ?? '' },
      users: { [CALLER]: 'assay-by-role', [SELF]: 'assay-itself' },
    });
    const apiServerFlags = [
      `--authentication-token-webhook-config-file=${verifier.configPath}`,
      '--authentication-token-webhook-version=v1',
      '--authentication-token-webhook-cache-ttl=1s',
    ];
    [cluster, service] = await Promise.all([startAnalysisCluster({ apiServerFlags }), startSampleService()]);
    service.page('/page', { body: 'fine' });
    await cluster.plane.kubectl([
      'create',
      'clusterrolebinding',
      'assay-eks',
      '--clusterrole=assay',
      '--user=assay-by-role',
      '--user=assay-itself',
    ]);
    const eks = { clusterName: 'shop', region: REGION };
    await registerCluster(deployment, 'by-role', cluster.plane, {
      authentication: { eks: { ...eks, roleArn: ROLE_ARN } },
    });
    await registerCluster(deployment, 'itself', cluster.plane, { authentication: { eks } });
    await registerCluster(deployment, 'misnamed', cluster.plane, {
      authentication: { eks: { ...eks, clusterName: 'shed' } },
    });
  });
  afterAll(async () => {
    await deployment?.stop();
    await cluster?.stop();
    await verifier?.stop();
    await service?.stop();
  });

  const begin = async (name: string, registered: string, count: number): Promise<AnalysisRun> => {
    const provider = { web: { url: `${service.url}/page` } };
    const run = await cluster.createRun(name, { metrics: [{ name: 'page', interval: '2s', count, provider }] });
    const ref = { cluster: registered, kind: 'AnalysisRun', namespace: 'shop', name, uid: run.metadata.uid ?? '' };
    await deployment.account.send(formatMessage({ ref }));
    return run;
  };

  it('lets in the role that was assumed for it', async () => {
    await begin('roled', 'by-role', 2);
    expect(resultOf(await cluster.ended('roled'))).toMatchObject({ successful: 2 });
    expect(new Set(verifier.callers)).toEqual(new Set([`${CALLER}assay-by-role`]));
    expect(verifier.refusals).toEqual([]);
  });

  it('lets in Assay itself, by a signature for the name of the cluster', async () => {
    await begin('signed', 'itself', 1);
    expect(resultOf(await cluster.ended('signed'))).toMatchObject({ successful: 1 });
    expect(verifier.refusals).toEqual([]);
  });

  it('is given another token where it does not take the old one any more', async () => {
    // The API server remembers for ten seconds that it took a token: the run goes on for longer than that.
    await begin('renewed', 'by-role', 9);
    await cluster.runOnce('renewed', 'to measure', ({ status }) => (status?.metricResults?.[0]?.count ?? 0) > 1);
    verifier.forgetOlder();
    expect(resultOf(await cluster.ended('renewed'))).toMatchObject({ count: 9, successful: 9 });
    const { starts } = deployment.onMessage.usage();
    expect(verifier.refusals.length).toBeGreaterThanOrEqual(1);
    // A token that was refused is not sent again. One that was made within the very second of the change is refused too.
    expect(verifier.refusals.length).toBeLessThanOrEqual(2 * starts);
    expect(new Set(verifier.refusals)).toEqual(new Set(['expired']));
  });

  it('refuses a token for another cluster, and the run is left alone', async () => {
    const { metadata } = await begin('misled', 'misnamed', 1);
    const line = await waitFor('the step to fail', () =>
      deployment.onMessage.log().find(({ name, code }) => name === 'misled' && code !== undefined),
    );
    expect(line).toMatchObject({ code: 'ASSAY_CLUSTER_DENIED', cluster: 'misnamed' });
    expect(verifier.refusals).toContain('not signed for the cluster shop');
    expect((await cluster.run('misled')).metadata.resourceVersion).toBe(metadata.resourceVersion);
    await waitFor('the queue to be empty', async () => (await deployment.messages()) === 0);
  });
});
