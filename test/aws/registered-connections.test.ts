import { expect, test } from 'vitest';
import { registeredConnections } from '../../lib/aws/registered-connections.ts';
import { openRegisteredClusters } from '../../lib/aws/registered-clusters.ts';
import { openAccounts } from '../../lib/connections/accounts.ts';
import type { RoleRequest } from '../../lib/connections/assumed-roles.ts';
import { memoryDocuments, memorySecrets } from '../../lib/documents/memory.ts';
import { type ClusterDocument, parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { systemTimers } from '../../lib/queues/system-timers.ts';
import { aClusterDocument } from '../builders.ts';

const now = () => new Date('2026-11-05T10:00:00Z');
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' };
const ROLE = 'arn:aws:iam::111122223333:role/metrics';
const ASKER = {
  run: { cluster: 'shop', kind: 'AnalysisRun', namespace: 'shop', name: 'run', uid: 'u' },
  now,
  hide() {},
  aside: async <T>(wait: () => Promise<T>) => wait(),
  mostWaitMs: () => Infinity,
  outOfTime: () => new Error('never'),
  fetch: async () => ({ status: 200, headers: {}, body: '' }),
  prepare: <T>(request: T) => request,
};

function open(document: Partial<ClusterDocument>) {
  const asked: RoleRequest[] = [];
  const settings = parseClusterSettings('shop', JSON.stringify(aClusterDocument(document)));
  const connections = registeredConnections({ name: 'shop', get: async () => undefined }, settings, {
    accounts: openAccounts(systemTimers),
    secrets: memorySecrets(),
    roles: {
      own: () => Promise.reject(new Error('as Assay itself')),
      assume: async (role) => (asked.push(role), KEYS),
    },
  });
  return { asked, credentials: connections.of('cloudWatch', {}, ASKER).settings.awsCredentials };
}

test.each([
  {
    name: 'the role that it names, in the name of the cluster',
    document: {},
    sigv4: { region: 'eu-west-1', roleArn: ROLE, externalId: 'x' },
    asked: [{ roleArn: ROLE, region: 'eu-west-1', cluster: 'shop', externalId: 'x' }],
  },
  {
    name: 'the role of the cluster, where it names none',
    document: { aws: { roleArn: ROLE } },
    sigv4: { region: 'us-east-1' },
    asked: [{ roleArn: ROLE, region: 'us-east-1', cluster: 'shop' }],
  },
])('a connection signs as $name', async ({ document, sigv4, asked }) => {
  const opened = open({ ...document, connections: [{ name: 'cw', provider: 'cloudWatch', sigv4 }] });
  expect(await opened.credentials?.({ region: sigv4.region })).toEqual(KEYS);
  expect(opened.asked).toEqual(asked);
});

test('never as Assay itself', async () => {
  const { credentials } = open({
    connections: [{ name: 'cw', provider: 'cloudWatch', sigv4: { region: 'eu-west-1' } }],
  });
  await expect(credentials?.({ region: 'eu-west-1' })).rejects.toThrow('the settings of cluster shop name no role');
});

test('a cluster has connections where its document says so, and reads no secret of another', async () => {
  const connection = { name: 'p', provider: 'prometheus' as const, hosts: ['prom.corp'] };
  const bearer = { secret: 'assay/prod/clusters/other' };
  const clusters = openRegisteredClusters({
    registryPath: '/assay/prod/clusters',
    now,
    log: { info() {}, warn() {}, error() {} },
    documents: memoryDocuments(
      new Map([
        ['none', JSON.stringify(aClusterDocument())],
        ['shop', JSON.stringify(aClusterDocument({ connections: [{ ...connection, bearer }] }))],
      ]),
    ),
    secrets: memorySecrets(new Map([['assay/prod/clusters/other', 'theirs']])),
  });
  await clusters.refresh(['none', 'shop']);
  expect(clusters.connectionsOf('none')).toBeUndefined();
  const connections = clusters.connectionsOf('shop');
  expect(clusters.connectionsOf('shop')).toBe(connections);
  const answer = connections?.of('prometheus', {}, ASKER).fetch({ url: 'https://prom.corp/' });
  await expect(answer).rejects.toThrow("secret assay/prod/clusters/other is not this cluster's");
  await clusters.close();
});
