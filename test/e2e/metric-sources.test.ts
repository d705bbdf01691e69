import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnalysisCluster, borrowAnalysisCluster } from './analysis-cluster.ts';
import {
  METRIC_CASES,
  outcomeOf,
  outcomeWanted,
  type MetricSources,
  REGION,
  SECRETS_NAMESPACE,
  startMetricSources,
} from './metric-sources.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { borrowMoto, type Emulator } from './servers/aws/emulators.ts';
import { emulatorsAvailable } from './servers/aws/install.ts';
import { serversAvailable } from './servers/build.ts';

const nameOf = (index: number): string => `case-${index}`;

describe.skipIf(!(await serversAvailable()) || !(await emulatorsAvailable()))('what real metric sources answer', () => {
  let cluster: AnalysisCluster;
  let moto: Emulator;
  let sources: MetricSources;
  let assay: AssayServe;

  beforeAll(async () => {
    moto = await borrowMoto();
    [cluster, sources] = await Promise.all([borrowAnalysisCluster(), startMetricSources(moto.url)]);
    await sources.createSecrets(cluster);
    const env = {
      AWS_ENDPOINT_URL_CLOUDWATCH: moto.url,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'for-tests-only',
      AWS_SECRET_ACCESS_KEY: 'for-tests-only',
    };
    const args = [`--controller-namespace=${SECRETS_NAMESPACE}`];
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath, args, env });
    await Promise.all(
      METRIC_CASES.map(({ metric }, index) => cluster.createRun(nameOf(index), { metrics: [sources.locate(metric)] })),
    );
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await sources?.stop();
    await moto?.reset();
  });

  test.each(METRIC_CASES.map((one, index) => ({ ...one, index })))('$name', async ({ index, ...one }) => {
    expect(outcomeOf(await cluster.ended(nameOf(index)))).toEqual(outcomeWanted(one));
  });
});
