import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ssmStore } from '../../lib/documents/ssm-store.ts';
import { ssmDocuments } from '../../lib/documents/ssm.ts';
import { documentStoreContract } from '../contract/document-store.ts';
import { type AwsStub, openAwsStub } from './aws-stub.ts';

const PATH = '/assay/test/clusters';
let aws: AwsStub;
beforeEach(async () => {
  aws = await openAwsStub();
});
afterEach(() => aws.close());

describe('ssmStore', () => {
  documentStoreContract(async () => ssmStore({ path: PATH, client: aws.client }));

  it('puts documents below its path', async () => {
    const store = ssmStore({ path: PATH, client: aws.client });
    await store.write('shop', '{}', { replace: false });
    expect([...aws.parameters]).toStrictEqual([['/assay/test/clusters/shop', '{}']]);
    expect(store.placeOf('shop')).toBe('/assay/test/clusters/shop');
  });
});

describe('ssmDocuments', () => {
  it('asks once for ten clusters', async () => {
    for (let index = 0; index < 21; index += 1) aws.parameters.set(`${PATH}/c${index}`, '{}');
    aws.parameters.set('/assay/other/clusters/x', '{}');
    expect((await ssmDocuments({ path: PATH, client: aws.client }).readAll()).size).toBe(21);
    expect(aws.calls).toStrictEqual(Array.from({ length: 3 }, () => 'GetParametersByPath'));
  });

  it.each([
    { status: 400, name: 'AccessDeniedException', code: 'ASSAY_REGISTRY_REFUSED', retry: false },
    { status: 400, name: 'ThrottlingException', code: 'ASSAY_REGISTRY_UNREACHABLE', retry: true },
    { status: 503, name: 'ServiceUnavailable', code: 'ASSAY_REGISTRY_UNREACHABLE', retry: true },
  ])('says what $name means', async ({ status, name, code, retry }) => {
    aws.fail({ status, name });
    await expect(ssmDocuments({ path: PATH, client: aws.client }).readAll()).rejects.toMatchObject({
      code,
      retry,
      message: expect.stringContaining(`parameters below ${PATH}: ${name}`),
    });
  });

  it('tries again later where nobody answers', async () => {
    const client = { ...aws.client, endpoint: 'http://127.0.0.1:1' };
    await expect(ssmDocuments({ path: PATH, client }).readAll()).rejects.toMatchObject({
      code: 'ASSAY_REGISTRY_UNREACHABLE',
      retry: true,
    });
  });
});
