import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../lib/cli/input-error.ts';
import { readServeSettings } from '../../lib/cli/serve-settings.ts';

async function read(text: string) {
  const path = join(await mkdtemp(join(tmpdir(), 'assay-')), 'settings.yaml');
  await writeFile(path, text);
  return readServeSettings(path);
}

test('the settings of a file may refer to files', async () => {
  const text =
    'onlyConnections: true\nconnections: [{name: p, provider: prometheus, hosts: [a.b], bearer: {file: /t}}]';
  expect(await read(text)).toEqual({
    onlyConnections: true,
    connections: [{ name: 'p', provider: 'prometheus', hosts: ['a.b'], bearer: { file: '/t' } }],
  });
  expect(await read('')).toEqual({});
});

test('the settings of a file may say which share is served', async () => {
  expect(await read('shard: assay-0/3')).toEqual({ shard: 'assay-0/3' });
});

test('the settings of a file may name plugins', async () => {
  expect(await read('plugins: {acme/signalfx: {url: "https://plugins.shop.example"}}')).toEqual({
    plugins: { 'acme/signalfx': { url: 'https://plugins.shop.example' } },
  });
});

test.each([
  { name: 'that is no YAML', text: 'a: [', says: 'settings.yaml: ' },
  { name: 'with another field', text: 'prometheusAddress: x', says: 'prometheusAddress' },
  { name: 'whose connection is broken', text: 'connections: [{name: p}]', says: 'connections[0].provider' },
  { name: 'whose shard is none', text: 'shard: 4/3', says: '1/3, or the name of a pod' },
  { name: 'whose plugin is neither', text: 'plugins: {a: {timeoutSeconds: 3}}', says: 'module or url' },
  { name: 'whose connection has no server', text: 'connections: [{name: p, provider: web}]', says: 'expected hosts' },
])('a file $name is refused', async ({ text, says }) => {
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect(String(error)).toContain(says);
});
