import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatMessage } from '../../../lib/model/message.ts';
import { type AnalysisCluster, borrowAnalysisCluster } from '../analysis-cluster.ts';
import {
  METRIC_CASES,
  type MetricCase,
  outcomeOf,
  outcomeWanted,
  type MetricSources,
  REGION,
  SECRETS_NAMESPACE,
  startMetricSources,
} from '../metric-sources.ts';
import { emulatorsAvailable } from '../servers/aws/install.ts';
import { serversAvailable } from '../servers/build.ts';
import { type SampleService, startSampleService } from '../servers/sample-service.ts';
import { type Deployment, registerCluster, startDeployment } from './deployment.ts';

const CLUSTER = 'e2e';
const ROLE = 'arn:aws:iam::123456789012:role/metrics';
const nameOf = (index: number): string => `case-${index}`;

const signed: MetricCase = {
  name: 'prometheus: signed as the role of the cluster, by a connection',
  metric: {
    successCondition: 'result[0] >= 0.95',
    provider: { prometheus: { address: 'SIGNED', query: 'up' } },
  },
  phase: 'Successful',
  measurement: { value: '[0.97]' },
};
const CASES = [...METRIC_CASES, signed];

describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('metric sources from AWS', () => {
  let cluster: AnalysisCluster;
  let deployment: Deployment;
  let sources: MetricSources;
  let service: SampleService;

  beforeAll(async () => {
    service = await startSampleService();
    service.page('/api/v1/query', {
      body: { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '0.97'] }] } },
    });
    [cluster, deployment] = await Promise.all([borrowAnalysisCluster(), startDeployment()]);
    sources = await startMetricSources(deployment.account.endpoint);
    await sources.createSecrets(cluster);
    await registerCluster(deployment, CLUSTER, cluster.plane, {
      aws: { roleArn: ROLE, region: REGION },
      controllerNamespace: SECRETS_NAMESPACE,
      connections: [
        { name: 'signed', provider: 'prometheus', hosts: [service.url], sigv4: { region: REGION } },
        { name: 'metrics', provider: 'cloudWatch', address: deployment.account.endpoint, sigv4: { region: REGION } },
      ],
    });
    await Promise.all(
      CASES.map(async ({ metric }, index) => {
        const name = nameOf(index);
        const located = JSON.stringify(sources.locate(metric)).replace('SIGNED', service.url);
        const run = await cluster.createRun(name, { metrics: [JSON.parse(located)] });
        const ref = { cluster: CLUSTER, kind: 'AnalysisRun', namespace: 'shop', name, uid: run.metadata.uid ?? '' };
        await deployment.account.send(formatMessage({ ref }));
      }),
    );
  });
  afterAll(async () => {
    await deployment?.stop();
    await cluster?.stop();
    await sources?.stop();
    await service?.stop();
  });

  test.each(CASES.map((one, index) => ({ ...one, index })))('$name', async ({ index, ...one }) => {
    expect(outcomeOf(await cluster.ended(nameOf(index)))).toEqual(outcomeWanted(one));
  });

  test('what is signed is signed with what the role was given', async () => {
    await cluster.ended(nameOf(CASES.indexOf(signed)));
    expect(service.requests.map(({ headers }) => headers)).toEqual([
      expect.objectContaining({
        authorization: expect.stringMatching(
          new RegExp(
            `^AWS4-HMAC-SHA256 Credential=ASIA\\w+/\\d{8}/${REGION}/aps/aws4_request, SignedHeaders=.*, Signature=\\w{64}$`,
          ),
        ),
        'x-amz-security-token': expect.any(String),
      }),
    ]);
  });

  test('no message is left behind', async () => {
    await Promise.all(CASES.map(async (_, index) => cluster.ended(nameOf(index))));
    await expect.poll(async () => deployment.messages()).toBe(0);
    const { account } = deployment;
    expect(await account.queueState(account.deadLetterUrl)).toMatchObject({ visible: 0 });
  });
});
