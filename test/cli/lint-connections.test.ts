import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runProgram } from '../../lib/cli/program.ts';
import { aMetric, aTemplate } from '../builders.ts';
import { aConsole } from './console.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-lint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const PROVIDERS = {
  own: { prometheus: { address: 'https://prom.corp', query: 'up' } },
  known: { prometheus: { address: 'https://{{args.host}}', query: 'up' } },
  unknown: { prometheus: { address: 'https://{{args.other}}', query: 'up' } },
  none: { prometheus: { query: 'up' } },
  elsewhere: { web: { url: 'https://prom.corp' } },
  relic: { newRelic: { query: 'SELECT 1' } },
};

async function lint(settings: object, ...args: readonly string[]) {
  const template = aTemplate({
    spec: {
      args: [{ name: 'host', value: 'a.metrics.corp' }, { name: 'other' }],
      metrics: Object.entries(PROVIDERS).map(([name, provider]) => aMetric({ name, provider })),
    },
  });
  const file = join(folder, 'template.yaml');
  const path = join(folder, 'settings.yaml');
  writeFileSync(file, stringify(template));
  writeFileSync(path, stringify(settings));
  const console = aConsole();
  const code = await runProgram(
    ['lint', file, '--settings', path, ...args],
    { lint: () => import('../../lib/cli/lint.ts') },
    console,
  );
  return { code, ...console.written };
}

const connections = [
  { name: 'prom', provider: 'prometheus', hosts: ['prom.corp'] },
  { name: 'below', provider: 'prometheus', hosts: ['*.metrics.corp'] },
  { name: 'default', provider: 'prometheus', address: 'https://default.corp' },
  { name: 'relic', provider: 'newRelic' },
];

test('each metric says which connection it would use', async () => {
  const { out, code } = await lint({ connections });
  const told = out.split('\n').flatMap((line) => /metric (\w+): (.*)$/.exec(line)?.slice(1).join(': ') ?? []);
  expect(told).toEqual([
    'own: connection prom',
    'known: connection below',
    'unknown: its arguments say which connection',
    'none: connection default',
    'elsewhere: no connection',
    'relic: connection relic',
  ]);
  expect(out).toContain('template.yaml: AnalysisTemplate ');
  expect(code).toBe(0);
});

test('what onlyConnections would refuse fails', async () => {
  const { out, code } = await lint({ connections, onlyConnections: true });
  expect(out).toContain('metric elsewhere: no connection: refused (onlyConnections)');
  expect(code).toBe(1);
});

test('a plugin that the settings do not serve is warned of', async () => {
  const served = { plugins: { 'acme/one': { url: 'https://plugins.corp' } } };
  const provider = { plugin: { 'acme/other': {} } };
  const file = join(folder, 'plugin.yaml');
  writeFileSync(file, stringify(aTemplate({ spec: { metrics: [aMetric({ name: 'depth', provider })] } })));
  expect((await lint(served, file)).out).toMatch(/plugin\.yaml.*warning.*acme\/other/);
  expect((await lint({ plugins: { 'acme/other': { url: 'https://plugins.corp' } } }, file)).out).not.toContain(
    'acme/other',
  );
});

test('scripts hear of it too', async () => {
  const { out } = await lint({ connections }, '-o', 'json');
  const { connections: told } = JSON.parse(out) as { connections: { metric: string; connection?: string }[] };
  expect(told.map(({ metric, connection }) => [metric, connection])).toContainEqual(['own', 'prom']);
});
