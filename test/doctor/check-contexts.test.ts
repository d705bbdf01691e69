import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkContexts } from '../../lib/doctor/check-contexts.ts';
import { checkMachine } from '../../lib/doctor/check-machine.ts';

let silent: Server;
beforeAll(async () => {
  silent = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => void silent.close());

function kubeconfig(): string {
  const { port } = silent.address() as AddressInfo;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'away',
    clusters: [
      { name: 'away', cluster: { server: 'https://127.0.0.1:1' } },
      { name: 'silent', cluster: { server: `https://127.0.0.1:${port}` } },
    ],
    users: [
      { name: 'robot', user: { token: 'hunter2' } },
      { name: 'plugin', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-hunter2' } } },
    ],
    contexts: [
      { name: 'silent', context: { cluster: 'silent', user: 'robot' } },
      { name: 'lost', context: { cluster: 'nowhere', user: 'robot' } },
      { name: 'plugin', context: { cluster: 'away', user: 'plugin' } },
      { name: 'away', context: { cluster: 'away', user: 'robot' } },
    ],
  });
}

const OPTIONS = {
  http: async () => ({ status: 200, headers: {}, body: '' }),
  now: () => new Date(),
  timeoutMs: 2000,
};

describe('the contexts of a kubeconfig', () => {
  test('each says what is the matter with it, in the order of the file, and stops no other', async () => {
    const checked = await checkContexts({ ...OPTIONS, source: { text: kubeconfig() }, contexts: [] });
    expect(checked.kubeconfig).toMatchObject({ status: 'ok', message: '4 contexts' });
    expect(checked.contexts.map(({ name, results }) => [name, results.length, results[0]?.status])).toEqual([
      ['silent', 1, 'fail'],
      ['lost', 1, 'fail'],
      ['plugin', 1, 'fail'],
      ['away', 1, 'fail'],
    ]);
    const [hangs, lost, , away] = checked.contexts.map(({ results }) => results[0]?.message);
    expect(hangs).toBe('did not come to an end within 2 s');
    expect(lost).toBe('context lost names no cluster that is there');
    expect(away).toBe('cluster away: no answer from 127.0.0.1:1 (ECONNREFUSED)');
    expect(checked.contexts.every(({ results }) => results[0]?.mend !== undefined)).toBe(true);
    expect(JSON.stringify(checked)).not.toContain('"hunter2"');
    expect(JSON.stringify(checked)).not.toContain('token');
  });

  test('only those that are asked for; one that is not there is told with those that are', async () => {
    const source = { text: kubeconfig() };
    const { contexts } = await checkContexts({ ...OPTIONS, source, contexts: ['stagin'] });
    expect(contexts.map(({ name }) => name)).toEqual(['stagin']);
    expect(contexts[0]?.results[0]?.message).toMatch(/has no context stagin; there are: silent, lost, plugin, away$/);
  });

  test('a file that is not there fails', async () => {
    const source = { file: '/nonexistent/kubeconfig' };
    const checked = await checkContexts({ ...OPTIONS, source, contexts: [] });
    expect(checked).toMatchObject({ kubeconfig: { status: 'fail', area: 'kubeconfig' }, contexts: [] });
  });
});

test.each([
  { node: '24.0.0', status: 'ok' },
  { node: '25.1.0', status: 'ok' },
  { node: '22.9.0', status: 'fail' },
])('Node $node is $status where 24 is needed', ({ node, status }) => {
  const [, found] = checkMachine({ node, neededMajor: 24, version: '0.1.0' });
  expect(found).toMatchObject({ subject: 'Node', status });
});
