import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emfMeter } from '../../../lib/aws/emf-meter.ts';
import { readSettings } from '../../../lib/aws/settings.ts';
import { packageTemplate, TEMPLATE_FILE } from '../servers/aws/package-template.ts';
import type { Template } from '../servers/aws/template.ts';
import { lintTemplate } from '../servers/cfn-lint.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch-folder.ts';
import { namesOf, type Properties, propertiesOf, shown } from './read.ts';

/** What osls itself writes: it lists roles as dependencies that it refers to already. */
const IGNORED_BY_LINT = ['W3005'];

const folder = createScratchFolder('template');
let template: Template;
const of = (name: string): Properties => propertiesOf(template, name);

beforeAll(async () => {
  template = await packageTemplate(folder);
});
afterAll(() => removeScratchFolder(folder));

test('cfn-lint finds nothing', async () => {
  const found = await lintTemplate(join(folder, TEMPLATE_FILE), ['eu-west-1', 'us-east-1'], IGNORED_BY_LINT);
  expect(found).toEqual([]);
});

describe('functions', () => {
  test.each(['OnMessage', 'OnSchedule'])(
    '%s runs Node 24 on arm64, keeps logs for 30 days, sends no traces',
    (name) => {
      expect(of(`${name}LambdaFunction`)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: { Ref: 'Tracing' } },
        LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
      });
      expect(of(`${name}LogGroup`)['RetentionInDays']).toBe(30);
      expect(template).toMatchObject({ Parameters: { Tracing: { Default: 'PassThrough' } } });
    },
  );

  test('on-message may go on for as long as a run lasts: Lambda does not cut its chains', () => {
    expect(of('OnMessageLambdaFunction')['RecursiveLoop']).toBe('Allow');
    expect(of('OnScheduleLambdaFunction')['RecursiveLoop']).toBeUndefined();
  });

  test.each(['OnMessage', 'OnSchedule'])('%s gets the settings that it reads', (name) => {
    const { Variables } = of(`${name}LambdaFunction`)['Environment'] as { readonly Variables: Properties };
    const environment = Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, shown(value)]));
    expect(readSettings(environment)).toMatchObject({
      stage: 'prod',
      queueUrl: 'Queue',
      busArn: 'Bus.Arn',
      registryPath: '/assay/prod/clusters',
      maxDelaySeconds: 900,
    });
  });

  test('only on-message is put into a VPC or given concurrency of its own, where that is wanted', () => {
    expect(of('OnMessageLambdaFunction')).toMatchObject({
      VpcConfig: {
        'Fn::If': [
          'HasVpc',
          { SubnetIds: { Ref: 'VpcSubnetIds' }, SecurityGroupIds: { Ref: 'VpcSecurityGroupIds' } },
          { Ref: 'AWS::NoValue' },
        ],
      },
      ReservedConcurrentExecutions: {
        'Fn::If': ['HasReservedConcurrency', { Ref: 'ReservedConcurrency' }, { Ref: 'AWS::NoValue' }],
      },
    });
    expect(of('OnScheduleLambdaFunction')).not.toHaveProperty('VpcConfig');
  });

  test('on-schedule is called each minute, and a minute that failed is not made up for', () => {
    expect(of('OnScheduleEventsRuleSchedule1')).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
    });
    expect(of('OnScheduleLambdaEvConf')).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  });
});

describe('the queue', () => {
  test('is a standard queue whose messages go to on-message, ten at a time, and come back one by one', () => {
    expect(of('Queue')).not.toHaveProperty('FifoQueue');
    expect(namesOf(template, 'AWS::Lambda::EventSourceMapping')).toHaveLength(1);
    expect(of('OnMessageEventSourceMappingSQSQueue')).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      FunctionName: { 'Fn::GetAtt': ['OnMessageLambdaFunction', 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
  });

  test('hides a message for six times as long as the function may take', () => {
    const timeout = Number(of('OnMessageLambdaFunction')['Timeout']);
    expect(of('Queue')['VisibilityTimeout']).toBeGreaterThanOrEqual(6 * timeout);
  });

  test('gives up after five tries, for fourteen days, and takes back only its own', () => {
    expect(of('Queue')['RedrivePolicy']).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetterQueue', 'Arn'] },
      maxReceiveCount: 5,
    });
    expect(of('DeadLetterQueue')).toMatchObject({
      MessageRetentionPeriod: 14 * 24 * 3600,
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [
          {
            'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${shown(of('Queue')['QueueName'])}`,
          },
        ],
      },
    });
  });

  test('and the others are encrypted: with the key that was given, else with one of SQS', () => {
    for (const name of namesOf(template, 'AWS::SQS::Queue')) {
      expect(of(name)).toMatchObject({
        SqsManagedSseEnabled: { 'Fn::If': ['HasKey', { Ref: 'AWS::NoValue' }, true] },
        KmsMasterKeyId: { 'Fn::If': ['HasKey', { Ref: 'KmsKeyArn' }, { Ref: 'AWS::NoValue' }] },
      });
    }
  });
});

describe('alarms', () => {
  test.each([
    { name: 'DeadLetters', metric: 'ApproximateNumberOfMessagesVisible of DeadLetterQueue.QueueName', above: 0 },
    {
      name: 'UndeliveredEventsAlarm',
      metric: 'ApproximateNumberOfMessagesVisible of UndeliveredEvents.QueueName',
      above: 0,
    },
    { name: 'OldMessages', metric: 'ApproximateAgeOfOldestMessage of Queue.QueueName', above: 900 + 360 },
    { name: 'LateMeasurements', metric: 'Lateness of prod', above: 30 },
    { name: 'OnMessageErrors', metric: 'Errors of OnMessageLambdaFunction', above: 0 },
    { name: 'OnScheduleErrors', metric: 'Errors of OnScheduleLambdaFunction', above: 0 },
    { name: 'Throttles', metric: 'Throttles of OnMessageLambdaFunction', above: 0 },
    { name: 'BrokenClusters', metric: 'ClusterBroken of prod', above: 0 },
    { name: 'UnreachableClusters', metric: 'ClusterUnreachable of prod', above: 0 },
  ])('$name: $metric above $above', ({ name, metric, above }) => {
    const { MetricName, Dimensions, ...alarm } = of(name);
    expect(`${shown(MetricName)} of ${shown((Dimensions as readonly { Value: unknown }[])[0]?.Value)}`).toBe(metric);
    expect(alarm).toMatchObject({
      Threshold: above,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('ScheduleStopped: no call for five minutes, and no figure counts as none', () => {
    expect(of('ScheduleStopped')).toMatchObject({
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'OnScheduleLambdaFunction' } }],
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 5,
      TreatMissingData: 'breaching',
    });
  });

  test('all tell the topic that was given, else the one of their own', () => {
    const alarms = namesOf(template, 'AWS::CloudWatch::Alarm');
    expect(alarms).toHaveLength(10);
    const own = { 'Fn::If': ['HasOwnAlarmTopic', { Ref: 'AlarmTopic' }, { Ref: 'AWS::NoValue' }] };
    for (const name of alarms) {
      expect(of(name)['AlarmActions']).toEqual([{ 'Fn::If': ['HasAlarmTopic', { Ref: 'AlarmTopicArn' }, own] }]);
    }
  });

  test('and the dashboard ask for metrics that the functions write', () => {
    const written = writtenMetrics();
    const alarms = namesOf(template, 'AWS::CloudWatch::Alarm').map(of);
    const asked = alarms.filter(({ Namespace }) => Namespace === 'Assay').map(({ MetricName }) => MetricName);
    const body = shown(of('Dashboard')['DashboardBody']);
    expect(() => JSON.parse(body)).not.toThrow();
    const shownInDashboard = [...body.matchAll(/\["Assay", "(\w+)"|MetricName=\\"(\w+)\\"/g)].map(([, a, b]) => a ?? b);
    expect(shownInDashboard.length).toBeGreaterThan(5);
    for (const metric of [...asked, ...shownInDashboard]) expect(written).toContain(metric);
  });
});

/** The names of all metrics that are told by stage. */
function writtenMetrics(): readonly string[] {
  const lines: string[] = [];
  const meter = emfMeter({ stage: 'prod', write: (line) => void lines.push(line), now: () => new Date(0) });
  const ref = { cluster: 'shop', kind: 'AnalysisRun', namespace: 'web', name: 'run', uid: 'a' };
  meter.stepped(ref, 1);
  meter.failed(ref);
  meter.measured(ref, { metric: 'm', startedMs: 9000, finishedMs: 9001, previousMs: 1000, intervalMs: 5000 });
  meter.broken('shop');
  meter.unreachable('shop');
  meter.flush();
  interface Directive {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
  }
  return lines
    .flatMap((line) => {
      const { _aws: told } = JSON.parse(line) as {
        readonly _aws: { readonly CloudWatchMetrics: readonly Directive[] };
      };
      return told.CloudWatchMetrics;
    })
    .filter(({ Namespace, Dimensions }) => Namespace === 'Assay' && Dimensions.some((one) => one.join() === 'Stage'))
    .flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
}

describe('a stage of its own, with everything that is optional', () => {
  const other = createScratchFolder('template');
  let dev: Template;
  beforeAll(async () => {
    const given = {
      kmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      vpcSubnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d4e5f60719',
      vpcSecurityGroupIds: 'sg-0a1b2c3d4e5f60718',
      alarmEmail: 'operations@example.com',
      senderAccounts: '111122223333,444455556666',
      senderOrganization: 'o-a1b2c3d4e5',
      reservedConcurrency: '50',
      tracing: 'Active',
      memory: '1024',
    };
    const params = Object.entries(given).map(([name, value]) => `--param=${name}=${value}`);
    dev = await packageTemplate(other, ['--stage', 'dev', '--region', 'us-east-1', ...params]);
  });
  afterAll(() => removeScratchFolder(other));

  test('has names of its own, so that stages live side by side', () => {
    expect(JSON.stringify(dev)).not.toContain('prod');
    expect(propertiesOf(dev, 'OnMessageRole')['RoleName']).toBe('assay-dev-us-east-1-on-message');
    expect(propertiesOf(dev, 'Bus')['Name']).toBe('assay-dev');
    expect(propertiesOf(dev, 'OnMessageLambdaFunction')).toMatchObject({
      FunctionName: 'assay-dev-on-message',
      MemorySize: 1024,
    });
  });

  test('has what was given as defaults of its parameters, and nothing against it', async () => {
    expect(dev).toMatchObject({
      Parameters: {
        KmsKeyArn: { Default: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' },
        VpcSubnetIds: { Default: 'subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d4e5f60719' },
        VpcSecurityGroupIds: { Default: 'sg-0a1b2c3d4e5f60718' },
        AlarmEmail: { Default: 'operations@example.com' },
        SenderAccounts: { Default: '111122223333,444455556666' },
        SenderOrganization: { Default: 'o-a1b2c3d4e5' },
        ReservedConcurrency: { Default: '50' },
        Tracing: { Default: 'Active' },
      },
    });
    expect(await lintTemplate(join(other, TEMPLATE_FILE), ['us-east-1'], IGNORED_BY_LINT)).toEqual([]);
  });
});
