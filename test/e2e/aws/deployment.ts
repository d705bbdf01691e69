import type { ControlPlane } from '../servers/control-plane.ts';
import { type AwsAccount, openAwsAccount, STAGE } from '../servers/aws/account.ts';
import { type LambdaFunction, openLambdaFunction } from '../servers/aws/lambda-function.ts';
import { type QueuePoller, startQueuePoller } from '../servers/aws/queue-poller.ts';
import type { FunctionSettings, Wiring } from '../servers/aws/template.ts';
import { type Packaged, packageForTests } from './packaged.ts';

/** Assay as it is packaged, in an account of emulators. */
export interface Deployment {
  readonly account: AwsAccount;
  readonly wiring: Wiring;
  readonly onMessage: LambdaFunction;
  readonly onSchedule: LambdaFunction;
  /** Of the mapping; a paused one is another after `resume`. */
  readonly poller: () => QueuePoller;
  /** What EventBridge does each minute. */
  tick(): Promise<void>;
  /** Takes no more messages off the queue, as a mapping that is disabled. */
  pause(): Promise<void>;
  /** Does nothing where it is not paused. */
  resume(): void;
  /** Messages on the queue or with the function. */
  messages(): Promise<number>;
  stop(): Promise<void>;
}

export interface DeploymentOptions {
  /** In place of what the template says. */
  readonly visibilityTimeoutSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly maximumConcurrency?: number;
  /** Added to the environment of both functions. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** So many processes that work at a time are enough for a machine of two cores; the template allows more. */
const CONCURRENCY = 4;

/** Packages Assay and starts what it runs on; no cluster is registered yet. */
export async function startDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const packaged = await packageForTests();
  const { wiring } = packaged;
  const queue = { ...wiring.queue };
  if (options.visibilityTimeoutSeconds !== undefined) queue.visibilityTimeoutSeconds = options.visibilityTimeoutSeconds;
  const account = await openAwsAccount(queue, wiring.rule);
  const concurrency = options.maximumConcurrency ?? CONCURRENCY;
  const open = (name: 'onMessage' | 'onSchedule'): LambdaFunction =>
    openLambdaFunction(specOf(name, packaged, account, options), name === 'onMessage' ? concurrency : 1);
  const onMessage = open('onMessage');
  const onSchedule = open('onSchedule');
  const startPoller = (): QueuePoller =>
    startQueuePoller({
      sqs: account.sqs,
      queueUrl: account.queueUrl,
      queueArn: account.queueArn,
      target: onMessage,
      batchSize: wiring.mapping.batchSize,
      maximumConcurrency: concurrency,
    });
  let poller = startPoller();
  let isPaused = false;
  return {
    account,
    wiring,
    onMessage,
    onSchedule,
    poller: () => poller,
    async tick() {
      const went = await onSchedule.invoke(scheduledEvent(new Date()));
      if (went.went === 'wrong') throw new Error(`on-schedule: ${went.reason}: ${went.message}\n${onSchedule.text()}`);
    },
    async pause() {
      isPaused = true;
      await poller.stop();
    },
    resume() {
      if (isPaused) poller = startPoller();
      isPaused = false;
    },
    async messages() {
      const { visible, delayed, inFlight } = await account.queueState();
      return visible + delayed + inFlight;
    },
    async stop() {
      await poller.stop();
      await Promise.all([onMessage.stop(), onSchedule.stop()]);
      await account.stop();
    },
  };
}

function specOf(
  name: 'onMessage' | 'onSchedule',
  { wiring, rootOf }: Packaged,
  account: AwsAccount,
  options: DeploymentOptions,
): LambdaFunction['spec'] {
  const { handler, timeoutSeconds, memoryMb, environment }: FunctionSettings = wiring[name];
  return {
    name: `assay-${STAGE}-${name}`,
    root: rootOf(name),
    handler,
    timeoutMs: (options.timeoutSeconds ?? timeoutSeconds) * 1000,
    memoryMb,
    environment: {
      ...environment,
      ASSAY_QUEUE_URL: account.queueUrl,
      ASSAY_BUS_ARN: account.busArn,
      ...account.env,
      ...options.environment,
    },
  };
}

/** @source https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
function scheduledEvent(now: Date): object {
  return {
    version: '0',
    id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: `${now.toISOString().slice(0, 19)}Z`,
    region: 'eu-west-1',
    resources: [`arn:aws:events:eu-west-1:123456789012:rule/assay-${STAGE}-schedule`],
    detail: {},
  };
}

/**
 * Registers a cluster, let in by a token of the account that infra/cluster gives Assay, which it promises. `more` is of the
 * document.
 */
export async function registerCluster(
  { account }: Deployment,
  name: string,
  plane: ControlPlane,
  more: object = {},
): Promise<string> {
  const secret = `assay/${STAGE}/clusters/${name}`;
  const token = (await plane.kubectl(['create', 'token', 'assay', '--namespace=assay-system'])).trim();
  await account.putSecret(secret, token);
  await account.putCluster(name, {
    endpoint: plane.server,
    ca: plane.caPem,
    authentication: { token: { secret } },
    allowedHosts: ['127.0.0.1'],
    ...more,
  });
  return token;
}
