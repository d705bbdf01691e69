import { describe, expect, it } from 'vitest';
import type { Inspection, JsonSchema } from '../../lib/clusters/api/inspect.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { checkAddresses } from '../../lib/doctor/check-addresses.ts';
import { checkResources, findMisplacedStatus } from '../../lib/doctor/check-resources.ts';
import { checkClock, checkIdentity, checkServer } from '../../lib/doctor/check-server.ts';
import { checkWebhook } from '../../lib/doctor/check-webhook.ts';

// What a real API server shows is in test/e2e/clusters-check.test.ts; here is what it does not show.

/** A cluster where all is well, but for what the test is about. */
function anInspection(override: Partial<Inspection> = {}): Inspection {
  return {
    reach: async () => ({ version: 'v1.36.3', dateMs: Date.now() }),
    whoAmI: async () => ({ username: 'robot', groups: [] }),
    mayI: async () => true,
    resources: async () => new Set(['analysisruns', 'analysistemplates', 'clusteranalysistemplates', 'experiments']),
    schemas: async () => new Map(),
    webhookConfiguration: async () => undefined,
    deployedImage: async () => undefined,
    definition: async () => undefined,
    deployment: async () => undefined,
    ...override,
  };
}
const fails = (
  code: 'ASSAY_CLUSTER_UNREACHABLE' | 'ASSAY_SECRET_UNREADABLE' | 'ASSAY_CLUSTER_DENIED',
  message: string,
) => Promise.reject(new AssayError(code, message));

const verified = () => ({ server: 'https://a', tls: {} });

describe('checkServer', () => {
  it.each([
    { name: 'plain HTTP', access: { server: 'http://127.0.0.1:8001', tls: {} } },
    { name: 'a certificate that is not verified', access: { server: 'https://a', tls: { rejectUnauthorized: false } } },
  ])('warns of $name', async ({ access }) => {
    const { result, reach } = await checkServer(anInspection(), () => access);
    expect(result).toMatchObject({ status: 'warn', message: expect.stringContaining('nobody verifies') });
    expect(reach?.version).toBe('v1.36.3');
  });

  it.each([
    { message: 'no answer from a (CERT_HAS_EXPIRED)', mend: /^Renew the certificate/ },
    { message: 'no answer from a (ERR_TLS_CERT_ALTNAME_INVALID)', mend: /by a name that the certificate has/ },
    { message: 'no answer from a (ENOTFOUND)', mend: /^The name of the endpoint is unknown/ },
    { message: 'no answer from a (UND_ERR_CONNECT_TIMEOUT)', mend: /^Nobody answers: open the network path/ },
    { message: 'no answer from a (EPROTO)', mend: /^Check the address/ },
  ])('$message: $mend', async ({ message, mend }) => {
    const { result, reach } = await checkServer(
      anInspection({ reach: () => fails('ASSAY_CLUSTER_UNREACHABLE', message) }),
      verified,
    );
    expect(result).toMatchObject({ area: 'server', status: 'fail', message, mend: expect.stringMatching(mend) });
    expect(reach).toBeUndefined();
  });

  it('tells credentials that cannot be had from a server that cannot be reached', async () => {
    const { result } = await checkServer(
      anInspection({ reach: () => fails('ASSAY_SECRET_UNREADABLE', 'secret s: there is none') }),
      verified,
    );
    expect(result).toMatchObject({ area: 'identity', subject: 'credentials', message: 'secret s: there is none' });
  });

  it('lets bugs through', async () => {
    const broken = anInspection({ reach: () => Promise.reject(new TypeError('a bug')) });
    await expect(checkServer(broken, verified)).rejects.toThrow('a bug');
  });
});

describe('checkIdentity', () => {
  it.each([
    { name: 'nobody', who: { username: 'system:anonymous', groups: [] }, status: 'fail' },
    { name: 'an old server', who: undefined, status: 'ok' },
  ])('$name is $status', async ({ who, status }) => {
    const { result, identity } = await checkIdentity(anInspection({ whoAmI: async () => who }));
    expect(result.status).toBe(status);
    expect(identity).toBeUndefined();
  });
});

describe('checkClock', () => {
  // The server shows whole seconds: 10:00:00 may be anything up to 10:00:00.999.
  it.each([
    { sentMs: 0, tookMs: 100, dateMs: 0, status: 'ok' },
    { sentMs: 900, tookMs: 100, dateMs: 0, status: 'ok' },
    { sentMs: 5999, tookMs: 10, dateMs: 0, status: 'ok' },
    { sentMs: 6100, tookMs: 10, dateMs: 0, status: 'warn', says: '5.1 s behind' },
    { sentMs: 0, tookMs: 8000, dateMs: 5000, status: 'ok' },
    { sentMs: 0, tookMs: 100, dateMs: 6000, status: 'warn', says: '5.9 s ahead of' },
    { sentMs: 0, tookMs: 0, dateMs: 61_000, status: 'fail', says: '61.0 s ahead of' },
    { sentMs: 0, tookMs: 0, dateMs: undefined, status: 'warn', says: 'does not tell' },
  ])(
    'asked at $sentMs for $tookMs ms, told $dateMs: $status',
    ({ sentMs, tookMs, dateMs, status, says = 'agrees' }) => {
      const result = checkClock({ version: undefined, dateMs }, [sentMs, sentMs + tookMs]);
      expect(result).toMatchObject({ status, message: expect.stringContaining(says) });
    },
  );
});

/** What is found of AnalysisRuns. */
async function find(override: Partial<Inspection>) {
  const [runs] = await checkResources(anInspection(override));
  return runs;
}

describe('checkResources', () => {
  const loose: JsonSchema = { 'x-kubernetes-preserve-unknown-fields': true };

  it('refuses a status subresource, which swallows statuses', async () => {
    const resources = new Set(['analysisruns', 'analysisruns/status']);
    expect(await find({ resources: async () => resources })).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('a status subresource: the statuses that Assay writes would be dropped'),
    });
  });

  it.each([
    { kind: 'AnalysisRun', served: ['analysisruns'], says: undefined },
    { kind: 'AnalysisRun', served: ['analysisruns', 'analysisruns/status'], says: 'the CRD has a status subresource' },
    { kind: 'Rollout', served: ['rollouts', 'rollouts/status'], says: undefined },
    { kind: 'Rollout', served: ['rollouts', 'rollouts/scale'], says: 'the CRD has no status subresource' },
  ] as const)('of $kind, where $served is served: $says', ({ kind, served, says }) => {
    const found = findMisplacedStatus(kind, new Set<string>(served));
    expect(found?.message.slice(0, says?.length)).toBe(says);
  });

  it.each([
    { name: 'none is published', schemas: undefined, status: 'warn', says: 'without a schema' },
    {
      name: 'it says nothing of the spec',
      schemas: { properties: { spec: loose } },
      status: 'warn',
      says: 'without a',
    },
    {
      name: 'it keeps any status',
      schemas: { properties: { spec: { ...loose, properties: {} }, status: loose } },
      status: 'ok',
      says: 'every field',
    },
    {
      name: 'it drops the status',
      schemas: { properties: { spec: { ...loose, properties: {} } } },
      status: 'fail',
      says: 'older: the API server drops status',
    },
  ])('of a schema, where $name: $status', async ({ schemas, status, says }) => {
    const published = schemas && new Map<string, JsonSchema>([['AnalysisRun', schemas]]);
    expect(await find({ schemas: async () => published })).toMatchObject({
      status,
      message: expect.stringContaining(says),
    });
  });
});

describe('checkWebhook', () => {
  it('cannot be looked at by Assay itself, which is no failure', async () => {
    const denied = anInspection({ webhookConfiguration: () => fails('ASSAY_CLUSTER_DENIED', 'forbidden') });
    expect((await checkWebhook(denied, new Date())).status).toBe('warn');
  });

  it('is not trusted by what is no certificate', async () => {
    const caBundle = Buffer.from('-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----').toString('base64');
    const broken = anInspection({ webhookConfiguration: async () => ({ webhooks: [{ name: 'a', caBundle }] }) });
    expect((await checkWebhook(broken, new Date())).status).toBe('fail');
  });
});

describe('checkAddresses', () => {
  const url = 'http://prometheus.monitoring.svc:9090';
  const answering = { fetch: async () => ({ status: 503, headers: {}, body: '' }) };

  it.each([
    { mode: 'proxy', address: url, says: 'answers 503, through the API server' },
    { mode: 'direct', address: url, says: 'over the network from here, not from the functions' },
    { mode: 'proxy', address: 'https://prometheus.example.com', says: 'answers 503, over the network from here' },
  ] as const)('$address by $mode: $says', async ({ mode, address, says }) => {
    const [result] = await checkAddresses(answering, [address], mode);
    expect(result).toMatchObject({ status: 'ok', message: expect.stringContaining(says) });
  });

  it.each([
    { mode: 'proxy', address: url, mend: /^Check Service, port and endpoints/ },
    { mode: 'direct', address: url, mend: /^Open the network path from the functions/ },
    { mode: 'deny', address: url, mend: /^Set `addressMode`/ },
    { mode: 'proxy', address: 'https://prometheus.example.com', mend: /`allowedHosts`/ },
  ] as const)('where $address fails by $mode: $mend', async ({ mode, address, mend }) => {
    const failing = { fetch: () => fails('ASSAY_CLUSTER_UNREACHABLE', 'no') };
    const [result] = await checkAddresses(failing, [address], mode);
    expect(result).toMatchObject({ status: 'fail', message: 'no', mend: expect.stringMatching(mend) });
  });

  it('says that none was tried, or that none may be', async () => {
    expect(await checkAddresses(answering, [], 'deny')).toMatchObject([{ message: 'are denied by the settings' }]);
    expect(await checkAddresses(answering, [], 'proxy')).toMatchObject([{ message: /--address/ }]);
  });
});
