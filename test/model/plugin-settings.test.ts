import { expect, test } from 'vitest';
import { parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { parsePluginSetting, pluginSettingOf } from '../../lib/model/plugin-settings.ts';

test.each([
  { text: 'acme/queue=./queue.mjs', want: ['acme/queue', { module: './queue.mjs' }] },
  { text: 'queue=@acme/queue', want: ['queue', { module: '@acme/queue' }] },
  { text: 'queue=https://q.example.com/v1?a=b', want: ['queue', { url: 'https://q.example.com/v1?a=b' }] },
  { text: 'queue=https://user:password@q.example.com/', want: undefined },
  { text: 'queue=https://', want: undefined },
  { text: 'queue=', want: undefined },
  { text: '=./queue.mjs', want: undefined },
  { text: 'queue', want: undefined },
])('--plugin $text is $want', ({ text, want }) => {
  expect(parsePluginSetting(text)).toEqual(want);
});

const document = (plugins: unknown) =>
  JSON.stringify({ endpoint: 'https://10.0.0.1:6443', authentication: { token: { secret: 's' } }, plugins });

test.each([
  { plugins: { a: { module: '@acme/a' } } },
  { plugins: { a: { url: 'http://plugin.tools.svc', timeoutSeconds: 60 } } },
])('the document of a cluster may say $plugins', ({ plugins }) => {
  expect(parseClusterSettings('c1', document(plugins)).plugins).toEqual(plugins);
});

test.each([
  { plugins: { a: {} }, problem: 'plugins.a: expected module or url' },
  { plugins: { a: { module: 'm', url: 'https://x.example.com' } }, problem: 'plugins.a: expected module or url' },
  { plugins: { a: { url: 'file:///x' } }, problem: 'plugins.a.url: expected an http or https URL without credentials' },
  {
    plugins: { a: { module: 'm', timeoutSeconds: 61 } },
    problem: 'timeoutSeconds: expected a whole number from 1 to 60',
  },
  { plugins: { a: { modul: 'm' } }, problem: 'plugins.a' },
])('it may not say $plugins', ({ plugins, problem }) => {
  expect(() => parseClusterSettings('c1', document(plugins))).toThrow(problem);
});

test.each(['constructor', '__proto__', 'toString'])('nobody serves a plugin by the name %s unless told to', (name) => {
  expect(pluginSettingOf({}, name)).toBeUndefined();
});
