import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { defaultsOfDeployment } from '../../infra/release/package-stack.ts';
import { STACK_PARAMETERS } from '../../infra/release/stack-parameters.ts';

// What OpenTofu makes of the module is seen in test/e2e/terraform.test.ts; here is what `npm test` can tell without it.
const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const MODULE = 'infra/terraform';

/** The variables of the module, with what stands in their blocks. */
const variables = new Map(
  [...read(`${MODULE}/variables.tf`).matchAll(/^variable "(\w+)" {\n(.*?)\n}$/gms)].map(([, name = '', block = '']) => [
    name,
    block,
  ]),
);

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test('the module has a variable for every parameter of a deployment', () => {
  for (const name of Object.keys(defaultsOfDeployment())) expect([...variables.keys()]).toContain(snakeCase(name));
});

test('with its default, or nothing where that is made of others', () => {
  const composed = new Set(STACK_PARAMETERS.filter(({ otherwise }) => otherwise !== undefined).map(({ of }) => of));
  const written = Object.keys(defaultsOfDeployment()).map((name) => {
    const [, value = ''] = /^ {2}default {5}= (.*)$/m.exec(variables.get(snakeCase(name)) ?? '') ?? [];
    return [name, ['""', '[]', 'null'].includes(value) ? '' : (JSON.parse(value) as string | number)] as const;
  });
  const expected = Object.entries(defaultsOfDeployment()).map(([name, of]) => [name, composed.has(name) ? '' : of]);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(expected));
});

test('each variable says what it is for', () => {
  expect([...variables].filter(([, block]) => !/^ {2}description = "[A-Z\w].+\."$/m.test(block))).toEqual([]);
});

test('the stack is given every parameter that its template has', () => {
  const [, block = ''] = /^ {2}parameters = {\n(.*?)\n {2}}$/ms.exec(read(`${MODULE}/main.tf`)) ?? [];
  const given = [...block.matchAll(/^ {4}(\w+) +=/gm)].map(([, name = '']) => name);
  const { Parameters } = parse(read('infra/aws/parameters.yml')) as { readonly Parameters: object };
  const declared = [
    'CodeBucket',
    'CodePrefix',
    ...STACK_PARAMETERS.map(({ name }) => name),
    ...Object.keys(Parameters),
  ];
  expect(given.toSorted()).toEqual(declared.toSorted());
});

test('every output of the stack is one of the module', () => {
  const outputs = ['queues', 'bus', 'roles'].flatMap((file) =>
    Object.keys((parse(read(`infra/aws/${file}.yml`)) as { readonly Outputs: object }).Outputs),
  );
  const used = [...read(`${MODULE}/outputs.tf`).matchAll(/local\.outputs\["(\w+)"\]/g)].map(([, name = '']) => name);
  expect(used.toSorted()).toEqual(outputs.toSorted());
});

test('what the README and docs/install.md show of a release is of this version', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  for (const page of [`${MODULE}/README.md`, 'docs/install.md']) {
    const shown = [...read(page).matchAll(/assay-(?:terraform|aws)-(\d+\.\d+\.\d+)/g)].map(([, one = '']) => one);
    expect([page, new Set(shown)]).toEqual([page, new Set([version])]);
  }
});
