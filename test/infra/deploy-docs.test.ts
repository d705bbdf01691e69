import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const read = (file: string): unknown => parse(readFileSync(join(ROOT, file), 'utf8'));

interface Service {
  readonly provider: { readonly stage: string };
  readonly params: { readonly default: Readonly<Record<string, string | number>> };
}

interface Alarms {
  readonly Resources: Readonly<Record<string, { readonly Properties: { readonly AlarmName?: string } }>>;
}

/** Names and defaults of the table of parameters; those of one row share their default. */
function documented(): Map<string, string> {
  const table = page.slice(page.indexOf('## Parameters'), page.indexOf('## What it costs'));
  const rows = [...table.matchAll(/^\| (`.+?`) \| (.*?) ?\| .*\|$/gm)];
  return new Map(
    rows.flatMap(([, names = '', byDefault = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, byDefault.replaceAll('`', '')] as const),
    ),
  );
}

test('every parameter of a deployment is documented, with its default', () => {
  const { params, provider } = read('serverless.yml') as Service;
  const given = Object.entries(params.default).map(([name, value]) => [
    name,
    String(value).replace('${sls:stage}', 'STAGE').replace('${AWS::Partition}', 'aws'),
  ]);
  const { '--stage': stage, '--region': region, ...others } = Object.fromEntries(documented());
  expect(others).toEqual(Object.fromEntries(given));
  expect([stage, region]).toEqual([provider.stage, '$AWS_REGION, else eu-west-1']);
});

test('every alarm has a row that says what to do', () => {
  const { Resources } = read('infra/aws/alarms.yml') as Alarms;
  const names = Object.values(Resources).flatMap(({ Properties: { AlarmName = '' } }) =>
    AlarmName === '' ? [] : [AlarmName.replace('assay-${sls:stage}-', '')],
  );
  const table = page.slice(page.indexOf('## When something is wrong'));
  expect(names).toHaveLength(10);
  for (const name of names) expect(table).toContain(`| \`${name}\` |`);
});
