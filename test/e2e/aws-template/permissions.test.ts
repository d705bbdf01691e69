import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageTemplate } from '../servers/aws/package-template.ts';
import type { Template } from '../servers/aws/template.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch-folder.ts';
import { namesOf, propertiesOf, shown, shownStatement, shownStatements } from './read.ts';

const folder = createScratchFolder('template');
let template: Template;

beforeAll(async () => {
  template = await packageTemplate(folder);
});
afterAll(() => removeScratchFolder(folder));

const ACCOUNT = '${AWS::Region}:${AWS::AccountId}';
const NETWORK = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
].join(', ');

/** Every statement of every role, by policy. What is on every resource is so because AWS takes no narrower one. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  OnMessageRole: [
    'step: Allow logs:CreateLogStream, logs:PutLogEvents on OnMessageLogGroup.Arn',
    'step: Allow sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:SendMessage on Queue.Arn',
    'step: Allow events:PutEvents on Bus.Arn if events:source Null false if events:source ForAllValues:StringEquals assay',
    `step: Allow ssm:GetParameters on arn:\${AWS::Partition}:ssm:${ACCOUNT}:parameter/assay/prod/clusters/*`,
    `step: Allow secretsmanager:GetSecretValue on arn:\${AWS::Partition}:secretsmanager:${ACCOUNT}:secret:assay/prod/*`,
    'step: Allow sts:AssumeRole, sts:TagSession on arn:${AWS::Partition}:iam::*:role/assay-*',
    'if HasKey: key: Allow kms:Decrypt, kms:GenerateDataKey on KmsKeyArn',
    'if HasTracing: tracing: Allow xray:PutTraceSegments, xray:PutTelemetryRecords on *',
    `if HasVpc: vpc: Allow ${NETWORK} on *`,
    `if HasVpc: vpc: Deny ${NETWORK} on * if lambda:SourceFunctionArn ArnEquals arn:\${AWS::Partition}:lambda:${ACCOUNT}:function:assay-prod-on-message`,
  ],
  OnScheduleRole: [
    'resync: Allow logs:CreateLogStream, logs:PutLogEvents on OnScheduleLogGroup.Arn',
    'resync: Allow sqs:SendMessage on Queue.Arn',
    `resync: Allow ssm:GetParametersByPath on arn:\${AWS::Partition}:ssm:${ACCOUNT}:parameter/assay/prod/clusters`,
    'if HasKey: key: Allow kms:Decrypt, kms:GenerateDataKey on KmsKeyArn',
    'if HasTracing: tracing: Allow xray:PutTraceSegments, xray:PutTelemetryRecords on *',
  ],
};

test('there is a role for each function, and no other', () => {
  expect(namesOf(template, 'AWS::IAM::Role')).toEqual(Object.keys(ROLES));
  for (const name of ['OnMessage', 'OnSchedule']) {
    expect(shown(propertiesOf(template, `${name}LambdaFunction`)['Role'])).toBe(`${name}Role.Arn`);
  }
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::Lambda::LayerVersion']) {
    expect(namesOf(template, type)).toEqual([]);
  }
});

test.each(Object.entries(ROLES))('%s may do this and nothing else', (name, statements) => {
  const { Policies, ManagedPolicyArns, AssumeRolePolicyDocument } = propertiesOf(template, name);
  expect((Policies as readonly unknown[]).flatMap(shownPolicy)).toEqual(statements);
  expect(ManagedPolicyArns).toBeUndefined();
  const { Statement: trusts } = AssumeRolePolicyDocument as { readonly Statement: readonly object[] };
  expect(trusts).toEqual([
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ]);
});

interface Policy {
  readonly PolicyName: string;
  readonly PolicyDocument: object;
}

function shownPolicy(policy: unknown): string[] {
  const optional = (policy as { readonly 'Fn::If'?: readonly [string, Policy, object] })['Fn::If'];
  const { PolicyName, PolicyDocument } = optional?.[1] ?? (policy as Policy);
  const condition = optional ? `if ${optional[0]}: ` : '';
  return shownStatements(PolicyDocument).map((statement) => `${condition}${PolicyName}: ${statement}`);
}

function statementsOf(policy: string): string[] {
  return shownStatements(propertiesOf(template, policy)['PolicyDocument']);
}

const fromTheRule = (queue: string): string =>
  `Allow Service events.amazonaws.com: sqs:SendMessage on ${queue}.Arn if aws:SourceArn ArnEquals ClusterEvents.Arn`;
const encrypted = (queue: string): string => `Deny *: sqs:* on ${queue}.Arn if aws:SecureTransport Bool false`;

test('queues take events from the rule alone, and nothing that is not encrypted on its way', () => {
  expect(statementsOf('QueuePolicy')).toEqual([fromTheRule('Queue'), encrypted('Queue')]);
  expect(statementsOf('DeadLetterQueuePolicy')).toEqual([encrypted('DeadLetterQueue')]);
  expect(statementsOf('UndeliveredEventsPolicy')).toEqual([
    fromTheRule('UndeliveredEvents'),
    encrypted('UndeliveredEvents'),
  ]);
});

test.each([
  {
    policy: 'BusPolicyForAccounts',
    condition: 'HasSenderAccounts',
    statement:
      'Allow AWS SenderAccounts: events:PutEvents on Bus.Arn if events:source Null false if events:source ForAllValues:StringLike assay.cluster.*',
  },
  {
    policy: 'BusPolicyForOrganization',
    condition: 'HasSenderOrganization',
    statement:
      'Allow *: events:PutEvents on Bus.Arn if aws:PrincipalOrgID StringEquals SenderOrganization if events:source Null false if events:source ForAllValues:StringLike assay.cluster.*',
  },
])('other accounts may tell what changed in a cluster, where they were named: $condition', (row) => {
  expect(template.Resources[row.policy]).toMatchObject({ Condition: row.condition });
  type PolicyStatement = Parameters<typeof shownStatement>[0];
  expect(shownStatement(propertiesOf(template, row.policy)['Statement'] as PolicyStatement)).toBe(row.statement);
});

test('only rules of this stack may call a function', () => {
  const permissions = namesOf(template, 'AWS::Lambda::Permission').map((name) => propertiesOf(template, name));
  expect(permissions).toEqual([
    {
      FunctionName: { 'Fn::GetAtt': ['OnScheduleLambdaFunction', 'Arn'] },
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['OnScheduleEventsRuleSchedule1', 'Arn'] },
    },
  ]);
});
