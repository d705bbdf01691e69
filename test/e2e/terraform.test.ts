import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageModule, packageStack, packArchive } from '../../infra/release/package-stack.ts';
import type { PackagedTemplate } from '../../infra/release/stack-template.ts';
import { type AttributeShape, attributesOfRealProvider } from './servers/aws-provider-schema.ts';
import { type Emulator, startMotoOfStacks } from './servers/aws/emulators.ts';
import { emulatorsAvailable } from './servers/aws/install.ts';
import { withFunctions } from './servers/aws/package-template.ts';
import { serversAvailable } from './servers/build.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { openTofu, type Tofu } from './servers/tofu.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const REGION = 'eu-west-1';
const isAvailable = (await serversAvailable()) && (await emulatorsAvailable());

interface Plan {
  readonly planned_values: { readonly root_module: Module };
}

interface Module {
  readonly resources?: readonly { readonly type: string; readonly values: Readonly<Record<string, unknown>> }[];
  readonly child_modules?: readonly Module[];
}

describe.skipIf(!isAvailable)('the Terraform module', () => {
  const scratch = createScratchFolder('terraform');
  const module = join(scratch, 'module');
  const minimal = join(module, 'examples/minimal');
  const complete = join(module, 'examples/complete');
  let aws: Emulator;
  let tofu: Tofu;
  let template: PackagedTemplate;

  beforeAll(async () => {
    const stack = join(scratch, 'stack');
    await withFunctions(() => packageStack(stack));
    packageModule(stack, module);
    template = JSON.parse(readFileSync(join(stack, 'template.json'), 'utf8')) as PackagedTemplate;
    aws = await startMotoOfStacks();
    tofu = await openTofu(scratch, aws.url, REGION);
    for (const example of [minimal, complete]) await tofu.must(example, 'init', '-no-color');
  });
  afterAll(() => removeScratchFolder(scratch));

  async function plan(folder: string, ...variables: readonly string[]): Promise<Plan> {
    await tofu.must(folder, 'plan', '-no-color', '-out=plan', ...variables.map((one) => `-var=${one}`));
    return JSON.parse(await tofu.must(folder, 'show', '-json', 'plan')) as Plan;
  }

  async function refusalOf(...variables: readonly string[]): Promise<string> {
    const { exitCode, stderr } = await tofu.run(module, 'plan', '-no-color', ...variables.map((one) => `-var=${one}`));
    return `${exitCode}: ${stderr.replaceAll(/[\s│]+/g, ' ')}`;
  }

  test('is formatted, and its examples are valid', async () => {
    expect(await tofu.must(join(ROOT, 'infra/terraform'), 'fmt', '-check', '-recursive', '-diff')).toBe('');
    for (const example of [minimal, complete]) {
      expect(JSON.parse(await tofu.must(example, 'validate', '-json'))).toMatchObject({
        valid: true,
        warning_count: 0,
      });
    }
  });

  test('was checked by a schema that is the real provider’s, as far as it goes', async () => {
    const { provider_schemas: schemas } = JSON.parse(await tofu.must(minimal, 'providers', 'schema', '-json')) as {
      readonly provider_schemas: Readonly<
        Record<string, { readonly resource_schemas: Readonly<Record<string, Schema>> }>
      >;
    };
    const resources = Object.entries(schemas['registry.opentofu.org/hashicorp/aws']?.resource_schemas ?? {});
    expect(resources.map(([type]) => type)).toEqual([
      'aws_cloudformation_stack',
      'aws_s3_bucket',
      'aws_s3_bucket_public_access_block',
      'aws_s3_object',
    ]);
    for (const [type, { block }] of resources) {
      const real = await attributesOfRealProvider(type.replace('aws_', ''));
      const names = Object.keys(block.attributes);
      const expected = Object.fromEntries(names.map((name) => [name, real.get(name)]));
      expect(Object.fromEntries(names.map((name) => [name, shapeOf(block.attributes[name])]))).toEqual(expected);
    }
  });

  test('with nothing said, gives the stack the defaults of its template', async () => {
    const parameters = parametersIn((await plan(minimal)).planned_values.root_module);
    const defaults = Object.entries(template.Parameters).map(([name, parameter]) => [
      name,
      String((parameter as { readonly Default?: string | number }).Default ?? ''),
    ]);
    expect(parameters).toEqual({
      ...Object.fromEntries(defaults),
      // Known once the bucket is there.
      CodeBucket: undefined,
      CodePrefix: expect.stringMatching(/^assay\/prod\/[0-9a-f]{16}\/$/),
    });
  });

  test('hands on whatever can be said: the complete example leaves out nothing but a topic', async () => {
    expect(parametersIn((await plan(complete, 'code_bucket=given')).planned_values.root_module)).toEqual({
      CodeBucket: 'given',
      CodePrefix: expect.stringMatching(/^releases\/assay\/staging\/[0-9a-f]{16}\/$/),
      Stage: 'staging',
      BusName: 'deliveries',
      SenderAccounts: '111122223333,444455556666',
      SenderOrganization: 'o-a1b2c3d4e5',
      ClusterRoles: 'arn:aws:iam::111122223333:role/assay-*',
      Secrets: 'delivery/*',
      SharedSecrets: 'delivery/prometheus,delivery/datadog-*',
      Memory: '1024',
      TimeoutSeconds: '120',
      VisibilitySeconds: '720',
      ConcurrentBatches: '50',
      ReservedConcurrency: '60',
      LogRetentionDays: '90',
      Tracing: 'Active',
      KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      VpcSubnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d4e5f60719',
      VpcSecurityGroupIds: 'sg-0a1b2c3d4e5f60718',
      AlarmEmail: 'operations@example.com',
      AlarmTopicArn: '',
      LatenessSeconds: '20',
    });
  });

  test('is taken from the address of a release, with the stack in it', async () => {
    const archive = join(scratch, 'assay-terraform.tar.gz');
    packageModule(join(scratch, 'stack'), join(scratch, 'released'));
    packArchive(join(scratch, 'released'), archive);
    const server = createServer((_, response) => void response.end(readFileSync(archive)));
    await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const user = join(scratch, 'user');
    mkdirSync(user);
    const source = `http://127.0.0.1:${port}/v0.2.0/assay-terraform-0.2.0.tar.gz`;
    writeFileSync(join(user, 'main.tf'), `module "assay" {\n  source = "${source}"\n}\n`);
    await tofu.must(user, 'init', '-no-color').finally(() => server.close());
    expect(parametersIn((await plan(user)).planned_values.root_module)).toMatchObject({ Stage: 'prod', Memory: '512' });
  });

  describe('refuses, before AWS is asked', () => {
    beforeAll(async () => {
      await tofu.must(module, 'init', '-no-color');
    });

    test.each([
      { variables: ['stage=Prod'], says: 'The stage is up to 20 of a-z' },
      { variables: ['bus_name=a b'], says: 'A bus is named with' },
      { variables: ['sender_accounts=["1"]'], says: 'An account has 12 digits' },
      { variables: ['sender_organization=x'], says: 'An organization is o-' },
      { variables: ['cluster_roles=assay'], says: 'Roles are given by an ARN' },
      { variables: ['secrets=a b'], says: 'A secret is named with' },
      { variables: ['memory=64'], says: 'Functions have 128 to 10240 MB' },
      { variables: ['timeout_seconds=901'], says: 'Functions run for 1 to 900 seconds' },
      { variables: ['visibility_seconds=43201'], says: 'SQS hides messages for up to' },
      { variables: ['concurrent_batches=1'], says: 'SQS calls 2 to 1000 functions' },
      { variables: ['log_retention_days=31'], says: 'CloudWatch Logs has no such term' },
      { variables: ['tracing=On'], says: 'Tracing is PassThrough or Active' },
      { variables: ['kms_key_arn=alias/mine'], says: 'A key is given by its ARN' },
      { variables: ['alarm_email=me'], says: 'That is no address of e-mail' },
      { variables: ['alarm_topic_arn=alarms'], says: 'A topic is given by its ARN' },
      { variables: ['lateness_seconds=0'], says: 'Lateness is a second at least' },
      { variables: ['timeout_seconds=90'], says: 'visibility_seconds must be at least six times timeout_seconds' },
      { variables: ['reserved_concurrency=10'], says: 'reserved_concurrency must be at least concurrent_batches' },
      { variables: ['vpc_subnet_ids=["subnet-1"]'], says: 'belong together' },
    ])('$variables', async ({ variables, says }) => {
      expect(await refusalOf(...variables)).toMatch(new RegExp(`^1: .*${says}`));
    });
  });

  test('puts up the stack, changes it, brings new code, and takes everything down', { timeout: 300_000 }, async () => {
    await tofu.must(minimal, 'apply', '-no-color', '-auto-approve');
    const outputs = JSON.parse(await tofu.must(minimal, 'output', '-json')) as Readonly<
      Record<string, { value: string }>
    >;
    expect(outputs).toMatchObject({
      bus_arn: { value: `arn:aws:events:${REGION}:123456789012:event-bus/assay-prod` },
      on_message_role_arn: { value: `arn:aws:iam::123456789012:role/assay-prod-${REGION}-on-message` },
    });
    expect(await functionsOf(aws)).toEqual({ 'assay-prod-on-message': 512, 'assay-prod-on-schedule': 256 });
    const zips = await zipsOf(aws);
    expect(zips.map((name) => name.replace(/^.*\//, ''))).toEqual(['on-message.zip', 'on-schedule.zip']);

    const again = await tofu.run(minimal, 'plan', '-no-color', '-detailed-exitcode');
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('No changes.') });

    const main = join(minimal, 'main.tf');
    writeFileSync(main, readFileSync(main, 'utf8').replace('"../.."', '"../.."\n  memory = 1024'));
    await tofu.must(minimal, 'apply', '-no-color', '-auto-approve');
    expect(await functionsOf(aws)).toMatchObject({ 'assay-prod-on-message': 1024 });
    expect(await zipsOf(aws)).toEqual(zips);

    // The zips of before go when the stack has the new ones.
    cpSync(join(module, 'package/on-schedule.zip'), join(module, 'package/on-message.zip'));
    await tofu.must(minimal, 'apply', '-no-color', '-auto-approve');
    const renewed = await zipsOf(aws);
    expect(renewed.filter((name) => zips.includes(name))).toEqual([]);
    const state = JSON.parse(await tofu.must(minimal, 'show', '-json')) as {
      readonly values: { readonly root_module: Module };
    };
    const prefix = parametersIn(state.values.root_module)['CodePrefix'];
    expect(renewed).toEqual([`${prefix}on-message.zip`, `${prefix}on-schedule.zip`]);

    await tofu.must(minimal, 'destroy', '-no-color', '-auto-approve');
    expect([await functionsOf(aws), await bucketsOf(aws)]).toEqual([{}, []]);
  });
});

interface Schema {
  readonly block: { readonly attributes: Readonly<Record<string, Attribute>> };
}

interface Attribute {
  readonly type: string | readonly [string, string];
  readonly required?: boolean;
  readonly optional?: boolean;
}

function shapeOf(attribute: Attribute | undefined): AttributeShape | undefined {
  if (attribute === undefined) return undefined;
  const { type, required = false, optional = false } = attribute;
  const given = required ? 'must be' : optional ? 'may be' : 'never';
  return { type: typeof type === 'string' ? type : type.join(' of '), given };
}

/** What a plan or a state gives the stack. */
function parametersIn({ child_modules: [child] = [] }: Module): Readonly<Record<string, string>> {
  const stack = child?.resources?.find(({ type }) => type === 'aws_cloudformation_stack');
  return stack?.values['parameters'] as Readonly<Record<string, string>>;
}

/** Asks a service of moto, which is told by its credentials' scope. */
async function ask({ url }: Emulator, service: string, path: string): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request`;
  const answer = await fetch(`${url}${path}`, { headers: { authorization } });
  if (!answer.ok) throw new Error(`${service} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}

/** The functions of the account, each with its MB. */
async function functionsOf(aws: Emulator): Promise<Readonly<Record<string, number>>> {
  const { Functions } = JSON.parse(await ask(aws, 'lambda', '/2015-03-31/functions/')) as {
    readonly Functions: readonly { readonly FunctionName: string; readonly MemorySize: number }[];
  };
  return Object.fromEntries(Functions.map(({ FunctionName, MemorySize }) => [FunctionName, MemorySize]));
}

async function bucketsOf(aws: Emulator): Promise<readonly string[]> {
  const listed = await ask(aws, 's3', '/');
  return [...listed.matchAll(/<Bucket>.*?<Name>(.*?)<\/Name>/gs)].map(([, name = '']) => name);
}

/** The names of all objects, sorted by their last part. */
async function zipsOf(aws: Emulator): Promise<readonly string[]> {
  const names: string[] = [];
  for (const bucket of await bucketsOf(aws)) {
    const listed = await ask(aws, 's3', `/${bucket}?list-type=2`);
    names.push(...[...listed.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, name = '']) => name));
  }
  return names.toSorted((a, b) => a.replace(/^.*\//, '').localeCompare(b.replace(/^.*\//, '')));
}
