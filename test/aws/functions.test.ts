import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formatMessage } from '../../lib/model/message.ts';
import { type SqsEntry, tookSome } from '../contract/sqs-stub.ts';
import { openStubServer, type StubAnswer, type StubServer } from '../clusters/api/stub-server.ts';

/** AWS, as far as the functions speak to it: what each target answers. */
let answers: Record<string, (body: unknown) => StubAnswer>;
let aws: StubServer;
let lines: Record<string, unknown>[];

const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook', uid: 'u1' };
const document = (port: number) =>
  JSON.stringify({
    endpoint: `https://127.0.0.1:${port}`,
    authentication: { token: { secret: 'assay/test/clusters/c1' } },
  });

beforeEach(async () => {
  lines = [];
  answers = {
    'AmazonSSM.GetParametersByPath': () => ({ body: { Parameters: [{ Name: '/assay/test/clusters/c1' }] } }),
    'AmazonSSM.GetParameters': () => ({
      body: { Parameters: [{ Name: '/assay/test/clusters/c1', Value: document(9) }] },
    }),
    'secretsmanager.GetSecretValue': () => ({ body: { SecretString: 'token-of-c1' } }),
    'AmazonSQS.SendMessageBatch': (body) => tookSome((body as { Entries: SqsEntry[] }).Entries),
  };
  aws = await openStubServer(({ headers, body }) => {
    const answer = answers[String(headers['x-amz-target'])];
    return answer ? answer(JSON.parse(body)) : { status: 400 };
  });
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_ENDPOINT_URL: aws.url,
    ASSAY_STAGE: 'test',
    ASSAY_QUEUE_URL: `${aws.url}/111122223333/assay`,
    ASSAY_BUS_ARN: 'arn:aws:events:eu-west-1:111122223333:event-bus/assay',
    ASSAY_REGISTRY_PATH: '/assay/test/clusters',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)) as Record<string, unknown>);
    return true;
  });
  vi.resetModules();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await aws.close();
});

const context = { awsRequestId: 'r1', getRemainingTimeInMillis: () => 30_000 } as Context;
const eventOf = (...bodies: readonly string[]) =>
  ({ Records: bodies.map((body, index) => ({ messageId: String(index), body })) }) as SQSEvent;
const targets = () => aws.requests.map(({ headers }) => headers['x-amz-target']);
const sent = () =>
  aws.requests
    .filter(({ headers }) => headers['x-amz-target'] === 'AmazonSQS.SendMessageBatch')
    .flatMap(({ body }) => (JSON.parse(body) as { Entries: { MessageBody: string }[] }).Entries)
    .map(({ MessageBody }) => JSON.parse(MessageBody) as unknown);

test('each minute there is a message for each cluster of the registry, whose names are read each time', async () => {
  const { handler } = await import('../../functions/on-schedule.ts');
  await handler({}, context);
  await handler({}, context);
  const cluster = { cluster: 'c1', kind: 'Cluster', namespace: '', name: 'c1', uid: '' };
  expect(sent()).toEqual([cluster, cluster]);
  expect(targets().filter((target) => target === 'AmazonSSM.GetParametersByPath')).toHaveLength(2);
  expect(targets()).not.toContain('AmazonSSM.GetParameters');
  expect(lines).toMatchObject([{ message: 'clusters queued', requestId: 'r1' }, {}]);
});

test('a cluster that cannot be reached: its step is asked for again, and the figures say so', async () => {
  const { handler } = await import('../../functions/on-message.ts');
  const answer = await handler(eventOf(formatMessage({ ref }), '{'), context);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  expect(sent()).toEqual([{ ...ref, tries: 1 }]);
  expect(lines).toContainEqual(expect.objectContaining({ code: 'ASSAY_CLUSTER_UNREACHABLE', requestId: 'r1' }));
  expect(lines.at(-1)).toMatchObject({ Stage: 'test', Cluster: 'c1', StepFailed: [1] });
  expect(JSON.stringify(lines)).not.toContain('token-of-c1');
});

test('a registry that cannot be read fails the whole batch, and is logged', async () => {
  answers['AmazonSSM.GetParameters'] = () => ({ status: 400, body: { __type: 'AccessDeniedException' } });
  const { handler } = await import('../../functions/on-message.ts');
  await expect(handler(eventOf(formatMessage({ ref })), context)).rejects.toMatchObject({
    code: 'ASSAY_REGISTRY_REFUSED',
  });
  expect(lines).toMatchObject([
    { message: 'registry not read', code: 'ASSAY_REGISTRY_REFUSED', requestId: 'r1' },
    { message: 'invocation failed', code: 'ASSAY_REGISTRY_REFUSED', requestId: 'r1' },
  ]);
});

test('a registry that is throttled: the step is asked for again, by a message of its own', async () => {
  answers['AmazonSSM.GetParameters'] = () => ({ status: 400, body: { __type: 'ThrottlingException' } });
  const { handler } = await import('../../functions/on-message.ts');
  const other = { ...ref, cluster: 'c2' };
  const answer = await handler(eventOf(formatMessage({ ref }), formatMessage({ ref: other })), context);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(sent()).toEqual([
    { ...ref, tries: 1 },
    { ...other, tries: 1 },
  ]);
});

test('a setting that is wrong is said with the first invocation', async () => {
  vi.stubEnv('ASSAY_QUEUE_URL', '');
  const { handler } = await import('../../functions/on-schedule.ts');
  await expect(handler({}, context)).rejects.toMatchObject({
    code: 'ASSAY_SETTING_INVALID',
    message: 'ASSAY_QUEUE_URL: not set; it is the address of the queue of steps',
  });
});
