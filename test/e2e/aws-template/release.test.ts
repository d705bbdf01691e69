import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageStack } from '../../../infra/release/package-stack.ts';
import { STACK_PARAMETERS } from '../../../infra/release/stack-parameters.ts';
import type { Json, PackagedTemplate } from '../../../infra/release/stack-template.ts';
import { packageTemplate, withFunctions } from '../servers/aws/package-template.ts';
import { lintTemplate } from '../servers/cfn-lint.ts';
import { createScratchFolder, removeScratchFolder } from '../servers/scratch-folder.ts';

const folder = createScratchFolder('release');
let released: PackagedTemplate;

beforeAll(async () => {
  await withFunctions(() => packageStack(join(folder, 'stack')));
  released = JSON.parse(readFileSync(join(folder, 'stack/template.json'), 'utf8')) as PackagedTemplate;
});
afterAll(() => removeScratchFolder(folder));

test('cfn-lint finds nothing', async () => {
  const path = join(folder, 'stack/template.json');
  expect(await lintTemplate(path, ['eu-west-1', 'us-east-1'], ['W3005'])).toEqual([]);
});

describe('what a release puts up is what `npm run package` with the same parameters does', () => {
  describe.each<{ name: string; args: readonly string[]; given: Readonly<Record<string, string>> }>([
    { name: 'nothing given', args: [], given: { Stage: 'prod' } },
    {
      name: 'a stage, and everything that osls fills in',
      args: [
        '--stage=dev',
        '--region=us-east-1',
        ...Object.entries({
          busName: 'deliveries',
          clusterRoles: 'arn:aws:iam::111122223333:role/assay-*',
          secrets: 'delivery/*',
          sharedSecrets: 'a,b',
          memory: '1024',
          timeoutSeconds: '120',
          visibilitySeconds: '720',
          concurrentBatches: '50',
          logRetentionDays: '90',
          latenessSeconds: '20',
        }).map(([name, value]) => `--param=${name}=${value}`),
      ],
      given: {
        Stage: 'dev',
        'AWS::Region': 'us-east-1',
        BusName: 'deliveries',
        ClusterRoles: 'arn:aws:iam::111122223333:role/assay-*',
        Secrets: 'delivery/*',
        SharedSecrets: 'a,b',
        Memory: '1024',
        TimeoutSeconds: '120',
        VisibilitySeconds: '720',
        ConcurrentBatches: '50',
        LogRetentionDays: '90',
        LatenessSeconds: '20',
      },
    },
  ])('$name', ({ args, given }) => {
    let packaged: PackagedTemplate;
    beforeAll(async () => {
      packaged = (await packageTemplate(join(folder, 'packaged'), args)) as unknown as PackagedTemplate;
    });

    test('every resource', () => {
      const values = { 'AWS::Region': 'eu-west-1', ...defaults(), ...given };
      expect(withoutCode(resolved(released.Resources, values))).toEqual(
        withoutCode(resolved(packaged.Resources, { 'AWS::Region': values['AWS::Region'] })),
      );
    });

    test('every output, but for the bucket of osls', () => {
      const outputs = Object.keys(packaged.Outputs).filter((name) => name !== 'ServerlessDeploymentBucketName');
      expect(Object.keys(released.Outputs).toSorted()).toEqual(outputs.toSorted());
    });
  });
});

function defaults(): Readonly<Record<string, string>> {
  const names = STACK_PARAMETERS.map(({ name }) => name);
  return Object.fromEntries(
    names.map((name) => [name, String((released.Parameters[name] as { readonly Default: string | number }).Default)]),
  );
}

/** What CloudFormation makes of a part of a template, as far as the values of parameters go. Numbers are as texts are. */
function resolved(value: Json, values: Readonly<Record<string, string>>): Json {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((one) => resolved(one, values));
  if (value === null || typeof value !== 'object') return value;
  const [[key, of] = ['', null]] = Object.entries(value);
  if (key === 'Ref' && typeof of === 'string' && of in values) return values[of] ?? '';
  if (key === 'Fn::If' && Array.isArray(of)) {
    const [condition, then, otherwise] = of as unknown as readonly [string, Json, Json];
    const given = values[condition.replace(/^Has/, '')];
    if (given !== undefined) return resolved(given === '' ? otherwise : then, values);
  }
  if (key === 'Fn::Sub') {
    const [text, variables] = (Array.isArray(of) ? of : [of, {}]) as [string, Readonly<Record<string, Json>>];
    const all = { ...values, ...(resolved(variables, values) as Readonly<Record<string, string>>) };
    const filled = text.replaceAll(/\$\{([\w:]+)\}/g, (as, name: string) => all[name] ?? as);
    return filled.includes('${') ? { 'Fn::Sub': filled } : filled;
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one, values)]));
}

/** All resources but where the code of functions is, and what osls has for its own bucket. */
function withoutCode(resources: Json): Json {
  const kept = Object.entries(resources as Readonly<Record<string, Json>>).filter(
    ([name]) => !name.startsWith('ServerlessDeploymentBucket'),
  );
  return Object.fromEntries(
    kept.map(([name, resource]) => {
      const { Properties, ...rest } = resource as { readonly Properties?: Readonly<Record<string, Json>> };
      const { Code: _, ...properties } = Properties ?? {};
      return [name, { ...rest, Properties: properties }];
    }),
  );
}
