import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { startBusBridge } from './bus-bridge.ts';
import { borrowEmulators, MOTO_ACCOUNT } from './emulators.ts';
import type { QueueSettings, RuleSettings } from './template.ts';
import { openWatchedLink, type WatchedLink } from './watched-link.ts';

/** A queue, and what it holds. */
export interface QueueState {
  readonly visible: number;
  readonly delayed: number;
  readonly inFlight: number;
}

/** An AWS account of emulators on this machine, with the queues, the bus and the rule of one stage. */
export interface AwsAccount {
  /** What the SDKs of other processes need to find it. */
  readonly env: Readonly<Record<string, string>>;
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterUrl: string;
  readonly busArn: string;
  readonly registryPath: string;
  /** Of all but SQS, for requests that are not to be counted. */
  readonly endpoint: string;
  /** Requests to SQS so far that went by `env`, by operation: those of the functions. */
  sqsRequests(): ReadonlyMap<string, number>;
  /** The same of all other services. */
  otherRequests(): ReadonlyMap<string, number>;
  putCluster(name: string, document: object | string): Promise<void>;
  removeCluster(name: string): Promise<void>;
  /** Creates a secret, or gives it another value. */
  putSecret(name: string, value: string): Promise<void>;
  send(body: string, more?: { readonly delaySeconds?: number; readonly group?: string }): Promise<void>;
  queueState(url?: string): Promise<QueueState>;
  /** Of the queue, unless told otherwise. */
  purge(url?: string): Promise<void>;
  /** Moves what is in the dead-letter queue back, as a redrive does; promises how many messages. */
  redrive(): Promise<number>;
  /** The outcome events that are on the bus since the last call. */
  takeOutcomes(): Promise<readonly OutcomeSeen[]>;
  /** Whether processes that go by `env` get answers from anything but SQS. */
  reachable(isReachable: boolean): void;
  stop(): Promise<void>;
}

export interface OutcomeSeen {
  readonly 'detail-type': string;
  readonly source: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export const STAGE = 'e2e';
export const REGION = 'eu-west-1';
const BUS = 'assay';
const QUEUE = `assay-${STAGE}`;
const OUTCOMES = `${QUEUE}-outcomes`;
const BUS_ARN = `arn:aws:events:${REGION}:${MOTO_ACCOUNT}:event-bus/${BUS}`;
/** What SDKs put into the head of a request; its end is seen with it. */
const OPERATION = /x-amz-target:\s*\w+\.(\w+)\r/gi;
const credentials = { accessKeyId: 'for-tests-only', secretAccessKey: 'for-tests-only' };

interface CountedLink extends Pick<WatchedLink, 'url' | 'cut' | 'mend'> {
  readonly counts: ReadonlyMap<string, number>;
}

/** Makes what a stage has, in the emulators of this process; `stop` leaves these empty. */
export async function openAwsAccount(queue: QueueSettings, rule: RuleSettings): Promise<AwsAccount> {
  const { moto, elasticMq } = await borrowEmulators();
  const endings: (() => Promise<unknown>)[] = [() => moto.reset(), () => elasticMq.reset()];
  const stop = async (): Promise<void> => {
    for (const end of endings.toReversed()) await end();
  };
  const link = async (url: string): Promise<CountedLink> => {
    const counts = new Map<string, number>();
    const opened = await openWatchedLink(url, OPERATION, ([, operation = '']) => {
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
    });
    endings.push(() => opened.stop());
    return { ...opened, counts };
  };
  try {
    const [motoLink, sqsLink] = [await link(moto.url), await link(elasticMq.url)];
    const sqs = new SQSClient({ region: REGION, endpoint: elasticMq.url, credentials });
    const motoSqs = new SQSClient({ region: REGION, endpoint: moto.url, credentials });
    const ssm = new SSMClient({ region: REGION, endpoint: moto.url, credentials });
    const secrets = new SecretsManagerClient({ region: REGION, endpoint: moto.url, credentials });
    const events = new EventBridgeClient({ region: REGION, endpoint: moto.url, credentials });
    endings.push(async () => [sqs, motoSqs, ssm, secrets, events].forEach((client) => client.destroy()));

    const { deadLetterUrl } = await createQueues(sqs, queue);
    const landing = await createBus(events, motoSqs, rule);
    const bridge = startBusBridge(
      { sqs: motoSqs, queueUrl: landing.queueUrl },
      { sqs, queueUrl: at(elasticMq.url, QUEUE) },
      rule.messageGroupId,
    );
    endings.push(() => bridge.stop());
    return {
      env: {
        AWS_ENDPOINT_URL: motoLink.url,
        AWS_ENDPOINT_URL_SQS: sqsLink.url,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      sqs,
      events,
      queueUrl: at(sqsLink.url, QUEUE),
      queueArn: arnOfQueue(QUEUE),
      deadLetterUrl,
      busArn: BUS_ARN,
      registryPath: `/assay/${STAGE}/clusters`,
      endpoint: moto.url,
      sqsRequests: () => sqsLink.counts,
      otherRequests: () => motoLink.counts,
      async putCluster(name, document) {
        const Value = typeof document === 'string' ? document : JSON.stringify(document);
        const Name = `/assay/${STAGE}/clusters/${name}`;
        await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
      },
      async removeCluster(name) {
        await ssm.send(new DeleteParameterCommand({ Name: `/assay/${STAGE}/clusters/${name}` }));
      },
      async putSecret(SecretId, SecretString) {
        try {
          await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString }));
        } catch (error) {
          if (!(error instanceof ResourceExistsException)) throw error;
          await secrets.send(new PutSecretValueCommand({ SecretId, SecretString }));
        }
      },
      async send(MessageBody, { delaySeconds = 0, group } = {}) {
        const QueueUrl = at(elasticMq.url, QUEUE);
        const inGroup = group === undefined ? {} : { MessageGroupId: group };
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds: delaySeconds, ...inGroup }));
      },
      queueState: (url = at(elasticMq.url, QUEUE)) => stateOf(sqs, url),
      async purge(url = at(elasticMq.url, QUEUE)) {
        await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
      },
      async redrive() {
        const bodies = await drain(sqs, deadLetterUrl);
        for (const MessageBody of bodies) {
          await sqs.send(new SendMessageCommand({ QueueUrl: at(elasticMq.url, QUEUE), MessageBody }));
        }
        return bodies.length;
      },
      async takeOutcomes() {
        return (await drain(motoSqs, landing.outcomesUrl)).map((body) => JSON.parse(body) as OutcomeSeen);
      },
      reachable: (isReachable) => (isReachable ? motoLink.mend() : motoLink.cut()),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function at(endpoint: string, queue: string): string {
  return `${endpoint}/000000000000/${queue}`;
}

function arnOfQueue(name: string): string {
  return `arn:aws:sqs:${REGION}:${MOTO_ACCOUNT}:${name}`;
}

async function createQueues(
  sqs: SQSClient,
  { visibilityTimeoutSeconds, maxReceiveCount }: QueueSettings,
): Promise<{ deadLetterUrl: string }> {
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: `${QUEUE}-dead-letters` }));
  const redrive = { deadLetterTargetArn: arnOfQueue(`${QUEUE}-dead-letters`), maxReceiveCount };
  const Attributes = { VisibilityTimeout: String(visibilityTimeoutSeconds), RedrivePolicy: JSON.stringify(redrive) };
  await sqs.send(new CreateQueueCommand({ QueueName: QUEUE, Attributes }));
  return { deadLetterUrl: dead.QueueUrl ?? '' };
}

async function createBus(
  events: EventBridgeClient,
  sqs: SQSClient,
  rule: RuleSettings,
): Promise<{ queueUrl: string; outcomesUrl: string }> {
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }));
  const { QueueUrl: outcomesUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: OUTCOMES }));
  await events.send(new CreateEventBusCommand({ Name: BUS }));
  const EventPattern = JSON.stringify(rule.pattern);
  await events.send(new PutRuleCommand({ Name: 'changes', EventBusName: BUS, EventPattern }));
  const target = {
    Id: 'queue',
    Arn: arnOfQueue(QUEUE),
    InputTransformer: { InputPathsMap: { ...rule.inputPaths }, InputTemplate: quoteTexts(rule.inputTemplate) },
  };
  await events.send(new PutTargetsCommand({ Rule: 'changes', EventBusName: BUS, Targets: [target] }));
  const outcomes = JSON.stringify({ source: ['assay'] });
  await events.send(new PutRuleCommand({ Name: 'outcomes', EventBusName: BUS, EventPattern: outcomes }));
  const Targets = [{ Id: 'outcomes', Arn: arnOfQueue(OUTCOMES) }];
  await events.send(new PutTargetsCommand({ Rule: 'outcomes', EventBusName: BUS, Targets }));
  return { queueUrl, outcomesUrl };
}

/** EventBridge puts text that stands bare in a JSON template into quotes; moto puts it in as it is. */
function quoteTexts(template: string): string {
  return template.replaceAll(/(:\s*)<(\w+)>/g, '$1"<$2>"');
}

async function stateOf(sqs: SQSClient, QueueUrl: string): Promise<QueueState> {
  const AttributeNames: QueueAttributeName[] = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateNumberOfMessagesNotVisible',
  ];
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  const [visible = 0, delayed = 0, inFlight = 0] = AttributeNames.map((name) => Number(Attributes[name]));
  return { visible, delayed, inFlight };
}

async function drain(sqs: SQSClient, QueueUrl: string): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
