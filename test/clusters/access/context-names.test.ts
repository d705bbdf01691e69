import { describe, expect, test } from 'vitest';
import { contextNames, currentContextName, kubeConfigCredentials } from '../../../lib/clusters/access/kubeconfig.ts';

const plain = { token: 'abc' };
/** Asks for the official client: plain files name no command. */
const exec = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'true', interactiveMode: 'Never' } };

/** A kubeconfig whose contexts come in as their users do. */
function textOf(users: Readonly<Record<string, object>>, current: string): string {
  const names = Object.keys(users);
  return JSON.stringify({
    'current-context': current,
    clusters: names.map((name) => ({ name, cluster: { server: `https://${name}.example.com` } })),
    users: names.map((name) => ({ name, user: users[name] })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  });
}

describe.each([
  { name: 'plain', text: textOf({ staging: plain, production: plain }, 'production') },
  { name: 'a command', text: textOf({ staging: plain, production: exec }, 'production') },
  { name: 'YAML', text: yamlOf('production') },
])('$name', ({ text }) => {
  test('has the names of its contexts, and of the current one', async () => {
    expect(await contextNames({ text })).toEqual(['staging', 'production']);
    expect(await currentContextName({ text })).toBe('production');
  });

  test('a plain context beside others leads to its own server', async () => {
    const credentials = await kubeConfigCredentials({ text }, 'staging');
    expect(await credentials.access()).toMatchObject({
      server: 'https://staging.example.com',
      headers: { authorization: 'Bearer abc' },
    });
  });
});

function yamlOf(current: string): string {
  const names = ['staging', 'production'];
  return [
    `current-context: ${current}`,
    'clusters:',
    ...names.map((name) => `- {name: ${name}, cluster: {server: "https://${name}.example.com"}}`),
    'users:',
    ...names.map((name) => `- {name: ${name}, user: {token: abc}}`),
    'contexts:',
    ...names.map((name) => `- {name: ${name}, context: {cluster: ${name}, user: ${name}}}`),
  ].join('\n');
}
