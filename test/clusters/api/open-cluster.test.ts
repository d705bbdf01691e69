import { expect, test } from 'vitest';
import { openCluster } from '../../../lib/clusters/api/open-cluster.ts';
import { openStubServer } from './stub-server.ts';

const answer = async () => ({ status: 200, headers: {}, body: '' });

test('what cannot be read is told, with its cluster and kind; its way out ends with it', async () => {
  const items = [{ metadata: { name: 'first' } }, { metadata: { labels: {} } }];
  const server = await openStubServer(() => ({ body: { metadata: { resourceVersion: '5' }, items } }));
  const access = { server: server.url, tls: {}, headers: {} };
  const told: unknown[] = [];
  const cluster = openCluster({
    name: 'prod',
    credentials: { access: () => access, renew: async () => access },
    http: Object.assign(answer, { close: () => void told.push('closed'), rest: () => void told.push('rested') }),
    now: () => new Date(),
    log: { error: (...line) => void told.push(line) },
    onSetAside: (kind) => void told.push(kind),
  });
  const page = await cluster.list('AnalysisRun');
  expect(page.items.map(({ metadata }) => metadata.name)).toEqual(['first']);
  const problem = 'AnalysisRun "": has no name';
  const line = ['object set aside', { cluster: 'prod', kind: 'AnalysisRun', problem }];
  expect(told).toEqual(['AnalysisRun', line]);
  await cluster.rest();
  expect(told).toEqual(['AnalysisRun', line, 'rested']);
  await cluster.close();
  expect(told).toEqual(['AnalysisRun', line, 'rested', 'closed']);
  await server.close();
});
