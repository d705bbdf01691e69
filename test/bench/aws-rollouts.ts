import { join } from 'node:path';
import { type Deployment, registerCluster, startDeployment } from '../e2e/aws/deployment.ts';
import { type AssayWebhook, installWebhook, startAssayWebhook } from '../e2e/servers/assay-webhook.ts';
import { type ControlPlane, startControlPlane } from '../e2e/servers/control-plane.ts';
import { findFreePort } from '../e2e/servers/free-port.ts';
import { startKubelet } from '../e2e/servers/kubelet.ts';
import { createScratchFolder, removeScratchFolder } from '../e2e/servers/scratch-folder.ts';
import { waitFor } from '../e2e/servers/wait-for.ts';
import { type AuditLog, openAuditLog, sumRequests } from './audit-log.ts';
import { billOf } from './aws-prices.ts';
import { type Counted, countAll, usedBetween } from './aws-usage.ts';
import { type Figure, formatFigures } from './figures.ts';
import { openRolloutLoad } from './rollout-load.ts';

const CLUSTER = 'rollouts';
const REPLICAS = 3;
const POD_START_MS = 300;
const TEMPLATE = 'success-rate';
/** Where functions come from: all that they ask of the cluster is asked by it. */
const USER = 'system:serviceaccount:assay-system:assay';
const STEPS = [
  { setWeight: 34 },
  { analysis: { templates: [{ templateName: TEMPLATE }] } },
  { setWeight: 67 },
  { pause: { duration: '5s' } },
];

/**
 * What updates of canaries cost on AWS: two weights, an analysis of one measurement between, and a pause. The real webhook
 * of the cluster tells of everything.
 *
 * @param count  Rollouts, all updated at once
 * @param prometheus  the address that the analysis asks
 */
export async function measureRolloutsOnAws(count: number, prometheus: string): Promise<void> {
  const folder = createScratchFolder('bench-aws-rollouts');
  const audit = openAuditLog(folder, [USER]);
  const crdFolder = join(import.meta.dirname, '../../infra/cluster/crds');
  const plane = await startControlPlane({ controllers: true, crdFolder, apiServerFlags: audit.flags });
  const [kubelet, deployment] = await Promise.all([startKubelet(plane, { startMs: POD_START_MS }), startDeployment()]);
  let webhook: AssayWebhook | undefined;
  try {
    webhook = await openCluster(plane, deployment);
    const load = openRolloutLoad(plane, { namespace: CLUSTER, count, replicas: REPLICAS, steps: STEPS });
    await plane.kubectl(['create', 'namespace', CLUSTER]);
    await plane.apply(aTemplate(prometheus));
    await load.deploy();
    // Starts processes and fills caches, as in a deployment that is in use.
    await load.update('app:2');
    await quiet(deployment);
    const [before, told, fromMs] = [await countAll(deployment, plane), await published(webhook), Date.now()];
    const logged = deployment.onMessage.log().length;
    const took = await load.update('app:3');
    await quiet(deployment);
    const used = usedBetween(before, await countAll(deployment, plane));
    const log = deployment.onMessage.log().slice(logged);
    const steps = log.filter(({ message }) => message === 'step').length;
    const early = log.filter(({ message }) => message === 'change not stored yet').length;
    const usage = { ...used.aws, events: used.aws.events + (await published(webhook)) - told };
    console.log(
      `${count} canaries of ${REPLICAS} pods, two weights, an analysis and a pause of 5 s, all updated at once\n`,
    );
    console.log(formatFigures(figuresOf({ used: { ...used, aws: usage }, took, steps, early, audit, fromMs })));
  } finally {
    await webhook?.kill();
    await deployment.stop();
    await kubelet.stop();
    await plane.stop();
    removeScratchFolder(folder);
  }
}

async function openCluster(plane: ControlPlane, deployment: Deployment): Promise<AssayWebhook> {
  const port = await findFreePort();
  await installWebhook(plane, port, { rollouts: true });
  await registerCluster(deployment, CLUSTER, plane, { rollouts: true });
  const { env, endpoint, busArn } = deployment.account;
  return startAssayWebhook({
    plane,
    port,
    // Its own requests are not those of the functions.
    env: { ...env, AWS_ENDPOINT_URL: endpoint, ASSAY_CLUSTER: CLUSTER, ASSAY_BUS_ARN: busArn },
  });
}

interface Measured {
  readonly used: Counted;
  /** From the update to healthy, in milliseconds. */
  readonly took: readonly number[];
  /** Of all kinds. */
  readonly steps: number;
  /** Of those, how many came before the change was stored that they were told of. */
  readonly early: number;
  readonly audit: AuditLog;
  readonly fromMs: number;
}

function figuresOf({ used: { aws, messages }, took, steps, early, audit, fromMs }: Measured): Figure[] {
  const { writes, reads, events } = sumRequests(audit.requests(USER, fromMs));
  const bill = billOf(aws);
  const each = (figure: number): number => figure / took.length;
  const thousand = (dollars: number): number => each(dollars) * 1000;
  const ascending = took.toSorted((a, b) => a - b);
  return [
    { name: 'healthy again, p50', figure: (ascending[Math.floor(took.length / 2)] ?? Infinity) / 1000, unit: 's' },
    { name: 'healthy again, the last', figure: (ascending.at(-1) ?? Infinity) / 1000, unit: 's' },
    { name: 'messages an update', figure: each(messages), unit: 'messages' },
    { name: 'steps an update, of its AnalysisRun too', figure: each(steps), unit: 'steps' },
    { name: '… of which before their change was stored', figure: each(early), unit: 'steps' },
    { name: 'API calls a step', figure: (writes + reads + events) / steps, unit: 'requests', limit: 8 },
    { name: 'API calls an update', figure: each(writes + reads + events), unit: 'requests' },
    { name: '… of which reads', figure: each(reads), unit: 'requests' },
    { name: '… of which Events', figure: each(events), unit: 'requests' },
    { name: 'billed an update', figure: each(aws.billed.reduce((sum, { ms }) => sum + ms, 0)), unit: 'ms' },
    { name: 'SQS requests an update', figure: each(aws.sqsRequests), unit: 'requests' },
    { name: 'events on the bus an update', figure: each(aws.events), unit: 'events' },
    { name: 'a thousand updates', figure: thousand(bill.total), unit: '$' },
    { name: '… of which SQS', figure: thousand(bill.sqs), unit: '$' },
    { name: '… of which invocations', figure: thousand(bill.invocations), unit: '$' },
    { name: '… of which computing', figure: thousand(bill.computing), unit: '$' },
    { name: '… of which events on the bus', figure: thousand(bill.events), unit: '$' },
    { name: '… of which logs', figure: thousand(bill.logs), unit: '$' },
  ];
}

async function quiet(deployment: Deployment): Promise<void> {
  const isEmpty = async () => (await deployment.messages()) === 0;
  await waitFor('the queue to be empty', isEmpty, { timeoutMs: 120_000, everyMs: 500 });
}

/** Events that the bus took of the webhook. */
async function published(webhook: AssayWebhook): Promise<number> {
  const { body } = await webhook.page('/metrics');
  return Number(/^assay_webhook_events_published_total (\d+)$/m.exec(body)?.[1] ?? NaN);
}

function aTemplate(address: string): object {
  const prometheus = { address, query: 'vector(1)' };
  const metrics = [{ name: 'one', count: 1, successCondition: 'result[0] == 1', provider: { prometheus } }];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: TEMPLATE, namespace: CLUSTER },
    spec: { metrics },
  };
}
