import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterDocument } from '../../lib/model/cluster-settings.ts';
import { parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { memoryDocuments, memorySecrets } from '../../lib/documents/memory.ts';
import type { AssumedRoles, RoleRequest } from '../../lib/connections/assumed-roles.ts';
import {
  openRegisteredCluster,
  registeredCredentials,
  registeredLoadBalancers,
  registeredProviderSettings,
} from '../../lib/aws/registered-cluster.ts';
import { openRegisteredClusters } from '../../lib/aws/registered-clusters.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { aClusterDocument } from '../builders.ts';
import { openStubServer, type StubServer } from '../clusters/api/stub-server.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' };
const settingsOf = (override: Partial<ClusterDocument>) =>
  parseClusterSettings('shop', JSON.stringify(aClusterDocument(override)));
const now = () => new Date('2026-11-05T10:00:00Z');

/** Roles that note what is asked of them. */
function noteRoles(): AssumedRoles & { readonly asked: (string | RoleRequest)[] } {
  const asked: (string | RoleRequest)[] = [];
  const note = async (what: string | RoleRequest) => {
    asked.push(what);
    return KEYS;
  };
  return { asked, own: note, assume: note };
}

const ROLE = 'arn:aws:iam::111122223333:role/metrics';
const THEIRS = 'arn:aws:iam::444455556666:role/theirs';

describe('registeredProviderSettings', () => {
  it.each([
    {
      name: 'the role of the cluster',
      aws: { roleArn: ROLE, externalId: 'x' },
      identity: { region: 'us-east-1' },
      asked: { roleArn: ROLE, region: 'us-east-1', cluster: 'shop', externalId: 'x' },
    },
    {
      name: 'the role of the cluster, asked for by name, in the region of the settings',
      aws: { roleArn: ROLE, region: 'eu-west-1' },
      identity: { region: 'us-east-1', roleArn: ROLE },
      asked: { roleArn: ROLE, region: 'eu-west-1', cluster: 'shop' },
    },
    {
      name: 'the role of a metric by way of it',
      aws: { roleArn: ROLE },
      identity: { region: 'us-east-1', roleArn: THEIRS },
      asked: {
        roleArn: THEIRS,
        region: 'us-east-1',
        cluster: 'shop',
        from: { roleArn: ROLE, region: 'us-east-1', cluster: 'shop' },
      },
    },
  ])('asks as $name', async ({ aws, identity, asked }) => {
    const roles = noteRoles();
    const { awsCredentials } = registeredProviderSettings('shop', settingsOf({ aws }), roles);
    expect(await awsCredentials?.(identity)).toStrictEqual(KEYS);
    expect(roles.asked).toStrictEqual([asked]);
  });

  it('never asks as Assay itself, nor as a profile', async () => {
    const roles = noteRoles();
    const without = registeredProviderSettings('shop', settingsOf({}), roles);
    await expect(without.awsCredentials?.({ region: 'us-east-1', roleArn: THEIRS })).rejects.toThrow(
      'could not get SigV4 credentials: the settings of cluster shop name no role (aws.roleArn)',
    );
    const withRole = registeredProviderSettings('shop', settingsOf({ aws: { roleArn: ROLE } }), roles);
    await expect(withRole.awsCredentials?.({ region: 'us-east-1', profile: 'default' })).rejects.toThrow('no profiles');
    expect(roles.asked).toStrictEqual([]);
  });

  it.each([
    { name: 'of the role', aws: { roleArn: ROLE, region: 'eu-west-1' }, want: 'eu-west-1' },
    { name: 'none without one', aws: { roleArn: ROLE }, want: undefined },
  ])('tells the region of metrics that name none: $name', ({ aws, want }) => {
    expect(registeredProviderSettings('shop', settingsOf({ aws }), noteRoles()).awsRegion).toBe(want);
  });

  it('tells where the keys of metrics are, and gives them no environment', () => {
    const settings = registeredProviderSettings('shop', settingsOf({ controllerNamespace: 'rollouts' }), noteRoles());
    expect(settings).toMatchObject({ controllerNamespace: 'rollouts' });
    expect(settings.environment).toBeUndefined();
  });

  it('tells of the Prometheus server', () => {
    const settings = settingsOf({ prometheusAddress: 'http://prometheus.monitoring.svc:9090' });
    expect(registeredProviderSettings('shop', settings, noteRoles()).prometheusAddress).toBe(
      settings.prometheusAddress,
    );
  });
});

describe('registeredLoadBalancers', () => {
  it.each([
    ['without a role', {}],
    ['where the settings do not ask for it', { aws: { roleArn: ROLE } }],
  ])('are not looked at %s', (_, override) => {
    expect(registeredLoadBalancers('shop', settingsOf(override), noteRoles())).toBeUndefined();
  });

  it('are looked at as the role of the cluster, in their own region', async () => {
    const asked: RoleRequest[] = [];
    const roles: AssumedRoles = {
      own: () => Promise.reject(new Error('asked as Assay itself')),
      async assume(role) {
        asked.push(role);
        throw new AssayError('ASSAY_ROLE_REFUSED', `role ${role.roleArn}: no`);
      },
    };
    const aws = { roleArn: ROLE, verifyTargetGroup: true, targetGroupTag: 'example.com/resource' };
    const balancers = registeredLoadBalancers('shop', settingsOf({ aws }), roles);
    expect(await balancers?.find('web-1.us-east-2.elb.amazonaws.com')).toStrictEqual({ problem: `role ${ROLE}: no` });
    expect(asked).toStrictEqual([{ roleArn: ROLE, region: 'us-east-2', cluster: 'shop' }]);
  });
});

describe('registeredCredentials', () => {
  const eks = { clusterName: 'shop', region: 'eu-west-1' };

  it.each([
    { name: 'Assay itself', authentication: { eks }, asked: 'eu-west-1' },
    {
      name: 'the role that is named',
      authentication: { eks: { ...eks, roleArn: ROLE } },
      asked: { roleArn: ROLE, region: 'eu-west-1', cluster: 'shop' },
    },
  ])('gets into EKS as $name', async ({ authentication, asked }) => {
    const roles = noteRoles();
    const endpoint = 'https://abc.gr7.eu-west-1.eks.amazonaws.com';
    const credentials = registeredCredentials('shop', settingsOf({ endpoint, authentication }), {
      secrets: memorySecrets(),
      roles,
      now,
    });
    expect((await credentials.access()).headers['authorization']).toMatch(/^Bearer k8s-aws-v1\./);
    expect(roles.asked).toStrictEqual([asked]);
  });
});

/** A cluster that is asked for nothing but what metrics ask for. */
const open = (override: Partial<ClusterDocument>, runtimeApi?: string) =>
  openRegisteredCluster('shop', settingsOf(override), {
    secrets: memorySecrets(),
    roles: noteRoles(),
    now,
    log: { error() {} },
    ...(runtimeApi !== undefined && { runtimeApi }),
  });

describe('requests of metrics', () => {
  let server: StubServer;
  beforeEach(async () => {
    server = await openStubServer(() => ({ body: { ok: true } }));
  });
  afterEach(() => server.close());

  it('go only where the settings let them', async () => {
    await expect(open({}).fetch({ url: server.url })).rejects.toMatchObject({ code: 'ASSAY_ADDRESS_REFUSED' });
    await expect(open({}).fetch({ url: 'http://10.1.2.3' })).rejects.toMatchObject({ code: 'ASSAY_ADDRESS_REFUSED' });
    expect(await open({ allowedHosts: ['127.0.0.1'] }).fetch({ url: server.url })).toMatchObject({ status: 200 });
  });

  it('never go to the API of the runtime', async () => {
    const cluster = open({ allowedHosts: ['127.0.0.1'], allowPrivateNetworks: true }, server.host);
    await expect(cluster.fetch({ url: server.url })).rejects.toThrow('the runtime API of this process');
  });

  it('reach in-cluster addresses as the settings say', async () => {
    const cluster = open({ addressMode: 'deny' });
    await expect(cluster.fetch({ url: 'http://a.b.svc' })).rejects.toMatchObject({ code: 'ASSAY_ADDRESS_DENIED' });
  });
});

describe('a token of EKS that Assay signs itself', () => {
  const eks = { clusterName: 'other', region: 'eu-west-1' };
  const openAt = (endpoint: string, more = {}) =>
    registeredCredentials('shop', settingsOf({ endpoint, authentication: { eks: { ...eks, ...more } } }), {
      secrets: memorySecrets(),
      roles: noteRoles(),
      now,
    });

  it.each(['https://abc.gr7.eu-west-1.eks.amazonaws.com', 'https://abc.yl4.cn-north-1.eks.amazonaws.com.cn'])(
    'goes to %s',
    (endpoint) => expect(() => openAt(endpoint)).not.toThrow(),
  );

  it.each(['https://evil.test', 'https://a.eks.amazonaws.com.evil.test', 'https://evil.test/x.eks.amazonaws.com'])(
    'does not go to %s, unless a role says who may',
    (endpoint) => {
      expect(() => openAt(endpoint)).toThrow('settings of cluster shop: endpoint: expected that of EKS');
      expect(() => openAt(endpoint, { roleArn: ROLE })).not.toThrow();
    },
  );
});

describe('openRegisteredClusters', () => {
  it("reads no other cluster's secret for a document that names it", async () => {
    const secret = 'assay/test/clusters/other';
    const document = JSON.stringify(aClusterDocument({ authentication: { token: { secret } } }));
    const clusters = openRegisteredClusters({
      registryPath: '/assay/test/clusters',
      documents: memoryDocuments(new Map([['shop', document]])),
      secrets: { read: async () => 'the token of another cluster' },
      now,
      log: { info() {}, warn() {}, error() {} },
    });
    await clusters.refresh(['shop']);
    await expect(clusters.get('shop').list('AnalysisRun')).rejects.toMatchObject({
      code: 'ASSAY_SECRET_UNREADABLE',
      message: `secret ${secret} is not this cluster's: name it assay/test/clusters/shop, or list it among the shared secrets`,
    });
    await clusters.close();
  });

  it('opens what the registry names, behind the guard that is given', async () => {
    const broken: string[] = [];
    const clusters = openRegisteredClusters({
      registryPath: '/assay/test/clusters',
      documents: memoryDocuments(
        new Map([
          ['eu', JSON.stringify(aClusterDocument({ limits: { concurrentSteps: 2 }, prometheusAddress: 'http://p' }))],
          ['odd', JSON.stringify(aClusterDocument({ allowedHosts: ['not a host'] }))],
          ['us', '{}'],
        ]),
      ),
      secrets: memorySecrets(),
      now,
      log: { info() {}, warn() {}, error() {} },
      onBroken: (name) => broken.push(name),
      guard: (cluster, { limits }) => ({ ...cluster, name: `${cluster.name}, ${limits.concurrentSteps} at once` }),
    });
    await clusters.refresh(await clusters.listNames());
    expect(clusters.names()).toStrictEqual(['eu', 'odd']);
    expect(clusters.get('eu').name).toBe('eu, 2 at once');
    expect(clusters.providerSettingsOf('eu').prometheusAddress).toBe('http://p');
    expect(clusters.providerSettingsOf('us')).toStrictEqual({});
    expect(() => clusters.get('odd')).toThrow('neither a host nor a network');
    expect(broken).toStrictEqual(['us', 'odd']);
    await clusters.close();
  });
});
