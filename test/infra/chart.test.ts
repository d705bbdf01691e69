import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { chartFiles, withChartValues } from '../../infra/helm/chart-files.ts';
import { CHART_VALUES } from '../../infra/helm/chart-values.ts';

const CHART = 'infra/chart';
const files = chartFiles();
const schema = JSON.parse(files['values.schema.json'] ?? '') as Schema;

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

test.each(Object.keys(files))('%s is as infra/cluster and the values have it; otherwise `npm run generate`', (path) => {
  expect(readFileSync(join(CHART, path), 'utf8')).toBe(files[path]);
});

test('nothing is in the folders of what is made that is made no more', () => {
  const crds = Object.keys(files).filter((path) => path.startsWith('crds/'));
  expect(readdirSync(join(CHART, 'crds')).map((name) => `crds/${name}`)).toEqual(crds);
  const made = readdirSync(join(CHART, 'templates')).filter((name) =>
    readFileSync(join(CHART, 'templates', name), 'utf8').startsWith('{{- /* Made of '),
  );
  expect(made.map((name) => `templates/${name}`).toSorted()).toEqual(
    Object.keys(files)
      .filter((path) => path.startsWith('templates/'))
      .toSorted(),
  );
});

test('the chart has the version of Assay', () => {
  const { version, appVersion } = parse(files['Chart.yaml'] ?? '') as Record<string, string>;
  expect([version, appVersion]).toEqual([packageJson.version, packageJson.version]);
});

test('the table in docs/install.md has every value; otherwise `npm run generate`', () => {
  const text = readFileSync('docs/install.md', 'utf8');
  expect(text).toBe(withChartValues(text));
  expect(text).toContain('| `serve.replicas` | `1` | Pods.');
});

test('the values are those that hold where nobody says otherwise', () => {
  expect(CHART_VALUES.parse(parse(files['values.yaml'] ?? ''))).toEqual(parse(files['values.yaml'] ?? ''));
});

describe('every value', () => {
  const described = (node: Schema, path = ''): readonly string[] =>
    Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
      ...(child.description ? [] : [`${path}${name}`]),
      ...described(child, `${path}${name}.`),
    ]);

  test('is described', () => {
    expect(described(schema)).toEqual([]);
  });

  test('is used by a template', () => {
    const templates = readdirSync(join(CHART, 'templates')).map((name) =>
      readFileSync(join(CHART, 'templates', name), 'utf8'),
    );
    const innermost = (node: Schema): readonly string[] =>
      Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
        child.properties && Object.keys(child.properties).length > 0 && name !== 'routers' ? innermost(child) : [name],
      );
    const unused = innermost(schema).filter(
      (name) => name !== 'global' && !templates.some((text) => new RegExp(`\\.${name}\\b`).test(text)),
    );
    expect(unused).toEqual([]);
  });
});
