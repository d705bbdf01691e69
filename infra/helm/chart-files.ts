import { readdirSync, readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { chartTemplates } from './chart-templates.ts';
import { CHART_VALUES } from './chart-values.ts';

const CRDS = new URL('../cluster/crds/', import.meta.url);

/** The files of infra/chart that are made of others, by their paths there: `npm run generate` writes them. */
export function chartFiles(): Readonly<Record<string, string>> {
  const crds = readdirSync(CRDS).map((name) => [`crds/${name}`, readFileSync(new URL(name, CRDS), 'utf8')]);
  const templates = Object.entries(chartTemplates()).map(([name, text]) => [`templates/${name}`, text]);
  return Object.fromEntries([
    ['Chart.yaml', chartYaml()],
    ['values.yaml', `# Made of infra/helm/chart-values.ts by \`npm run generate\`.\n${valuesYaml(schema())}`],
    ['values.schema.json', `${JSON.stringify(schema(), undefined, 2)}\n`],
    ...crds,
    ...templates,
  ]) as Record<string, string>;
}

/** A text of Markdown, its table of values brought up to date. */
export function withChartValues(text: string): string {
  return text.replace(/(<!-- values of the chart.*-->\n)[^]*(<!-- end of the values -->)/, `$1\n${valuesTable()}\n$2`);
}

/** The innermost ones, by their paths. */
function valuesTable(): string {
  const rows = rowsOf(schema()).map(({ path, node }) => {
    const byDefault = node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``;
    return `| \`${path}\` | ${byDefault} | ${(node.description ?? '').replaceAll('|', '\\|')} |`;
  });
  return ['| value | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** The version of the chart is that of Assay. Its oldest Kubernetes has match conditions of webhooks. */
function chartYaml(): string {
  return stringify({
    apiVersion: 'v2',
    name: packageJson.name,
    description: packageJson.description,
    type: 'application',
    version: packageJson.version,
    appVersion: packageJson.version,
    kubeVersion: '>=1.28.0-0',
    keywords: ['argo-rollouts', 'analysis', 'progressive-delivery'],
  });
}

/** As far as it is read here. */
interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Defaults are there when values are checked: what is missing then was taken away (`null`). */
function schema(): Schema {
  return z.toJSONSchema(CHART_VALUES, { target: 'draft-7', io: 'output' }) as Schema;
}

/** What has others inside, and no default of its own, is but a heading. */
function isHeading({ default: byDefault, properties }: Schema): boolean {
  return byDefault === undefined && Object.keys(properties ?? {}).length > 0;
}

const WIDTH = 120;

function valuesYaml({ properties = {} }: Schema, indent = ''): string {
  const texts = Object.entries(properties).map(([name, node]) => {
    if (isHeading(node)) return `${comment(node, indent)}${indent}${name}:\n${valuesYaml(node, `${indent}  `)}`;
    if (node.default === undefined) return '';
    const value = stringify({ [name]: node.default }).trimEnd();
    return `${comment(node, indent)}${value.replaceAll(/^/gm, indent)}\n`;
  });
  return texts.filter((text) => text !== '').join(indent === '' ? '\n' : '');
}

function comment({ description = '' }: Schema, indent: string): string {
  const lines: string[] = [];
  for (const word of description.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(`${indent}# ${word}`);
  }
  return `${lines.join('\n')}\n`;
}

function rowsOf({ properties = {} }: Schema, before = ''): readonly { readonly path: string; readonly node: Schema }[] {
  return Object.entries(properties).flatMap(([name, node]) =>
    isHeading(node) ? rowsOf(node, `${before}${name}.`) : [{ path: before + name, node }],
  );
}
