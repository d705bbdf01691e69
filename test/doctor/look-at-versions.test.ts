import { beforeAll, describe, expect, test } from 'vitest';
import type { Inspection } from '../../lib/clusters/api/inspect.ts';
import { accessEnds, lookAtVersions } from '../../lib/doctor/look-at-versions.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { type CertificateFiles, LIFETIME_MS, makeCertificate } from '../../lib/webhook/certificate.ts';

const MADE = new Date('2026-11-05T10:00:00Z');
const ENDS = new Date(MADE.getTime() + LIFETIME_MS);
let files: CertificateFiles;
beforeAll(async () => void (files = await makeCertificate(['127.0.0.1'], MADE)));

const bundle = (...parts: readonly string[]) => Buffer.from(parts.join(''), 'utf8').toString('base64');
const bearer = (payload: string) => ({ authorization: `Bearer x.${Buffer.from(payload).toString('base64url')}.x` });
const nothing = async () => undefined;
const labelled = async () => ({ version: '0.2.0', image: 'assay-webhook@sha256:abc' });
const away = () => Promise.reject(new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'away'));
const denied = () => Promise.reject(new AssayError('ASSAY_CLUSTER_DENIED', 'no'));

/** An empty cluster, but for what the test is about. */
function look(override: Partial<Inspection> = {}) {
  return lookAtVersions({
    reach: async () => ({ version: 'v1.36.3', dateMs: 0 }),
    whoAmI: nothing,
    mayI: async () => false,
    resources: nothing,
    schemas: nothing,
    webhookConfiguration: nothing,
    deployedImage: nothing,
    definition: nothing,
    deployment: nothing,
    ...override,
  });
}

describe('what is installed', () => {
  test.each([
    { name: 'nothing', with: {}, crds: { state: 'absent' }, webhook: { state: 'absent' } },
    {
      name: 'labelled',
      with: { definition: labelled, deployment: labelled },
      crds: { state: 'known', version: '0.2.0' },
      webhook: { state: 'known', version: '0.2.0' },
    },
    {
      name: 'without labels',
      with: {
        definition: async () => ({ version: undefined }),
        deployment: async () => ({ version: undefined, image: 'registry.example.com:5000/assay-webhook' }),
      },
      crds: { state: 'unlabelled' },
      webhook: { state: 'unlabelled' },
    },
    {
      name: 'told by the tag of the image',
      with: {
        deployment: async () => ({ version: undefined, image: 'example.com:5000/assay-webhook:0.3.0@sha256:abc' }),
      },
      crds: { state: 'absent' },
      webhook: { state: 'known', version: '0.3.0' },
    },
    {
      name: 'not to be seen',
      with: { definition: denied, deployment: denied, webhookConfiguration: denied },
      crds: { state: 'denied' },
      webhook: { state: 'denied' },
    },
  ])('$name', async ({ with: override, crds, webhook }) => {
    expect(await look(override)).toEqual({ crds, webhook, webhookTrustEnds: undefined });
  });

  test('a cluster that fails is a failure', async () => {
    await expect(look({ definition: away })).rejects.toThrow('away');
  });

  test('the webhook is trusted until the last authority ends of the one that ends first', async () => {
    const later = await makeCertificate(['127.0.0.1'], new Date(MADE.getTime() + 1000), files);
    const webhooks = [
      { name: 'both', caBundle: bundle(later.authorities) },
      { name: 'old', caBundle: bundle(files.authorities) },
      { name: 'broken', caBundle: bundle('-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n') },
    ];
    const { webhookTrustEnds } = await look({ webhookConfiguration: async () => ({ webhooks }) });
    expect(webhookTrustEnds).toEqual(ENDS);
    const both = await look({ webhookConfiguration: async () => ({ webhooks: webhooks.slice(0, 1) }) });
    expect(both.webhookTrustEnds).toEqual(new Date(ENDS.getTime() + 1000));
  });
});

describe('credentials are good', () => {
  test.each([
    { name: 'for ever: a token that says nothing', headers: { authorization: 'Bearer abc' }, want: undefined },
    { name: 'for ever: a token without an end', headers: bearer('{"sub":"robot"}'), want: undefined },
    { name: 'for ever: nonsense', headers: bearer('{"exp":"soon"}'), want: undefined },
    { name: 'until the token ends', headers: bearer('{"exp":1793872800}'), want: new Date(1_793_872_800_000) },
  ])('$name', ({ headers, want }) => {
    expect(accessEnds({ tls: {}, headers })).toEqual(want);
  });

  test('until the certificate ends, or the token where that is sooner', () => {
    const tls = { cert: files.certificate, key: files.key };
    expect(accessEnds({ tls, headers: {} })).toEqual(ENDS);
    expect(accessEnds({ tls, headers: bearer('{"exp":1}') })).toEqual(new Date(1000));
  });
});
