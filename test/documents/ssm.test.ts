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

/** Documents of so many clusters, how they are read, and the milliseconds that were waited. */
const open = (count: number) => {
  const names = Array.from({ length: count }, (_, index) => `c${String(index).padStart(4, '0')}`);
  for (const name of names) aws.parameters.set(`${PATH}/${name}`, '{}');
  aws.parameters.set('/assay/other/clusters/x', '{}');
  const waits: number[] = [];
  const sleep = async (ms: number) => void waits.push(ms);
  const documents = ssmDocuments({ path: PATH, client: aws.client, sleep, nowMs: () => 0, random: () => 0.5 });
  return { names, documents, waitedMs: () => waits.reduce((sum, ms) => sum + ms, 0) };
};

describe('ssmDocuments', () => {
  it('asks once for ten names, and for ten documents', async () => {
    const { names, documents } = open(21);
    expect(await documents.listNames()).toStrictEqual(names);
    expect(aws.calls).toStrictEqual(Array.from({ length: 3 }, () => 'GetParametersByPath'));
    expect((await documents.readSome(names.slice(0, 12))).size).toBe(12);
    expect(aws.calls.slice(3)).toStrictEqual(['GetParameters', 'GetParameters']);
  });

  it('lists a thousand names in some ten seconds while every other call is throttled, at 20 a second at most', async () => {
    const { names, documents, waitedMs } = open(1000);
    expect(await documents.listNames()).toStrictEqual(names);
    expect(aws.calls).toHaveLength(100);
    expect(waitedMs()).toBe(99 * 50);
    aws.fail({ status: 400, name: 'ThrottlingException', oneIn: 2 });
    expect(await documents.listNames()).toStrictEqual(names);
    expect(aws.calls).toHaveLength(100 + 199);
    expect(waitedMs()).toBeLessThan(99 * 50 + 10_000);
  });

  it.each([
    { status: 400, name: 'AccessDeniedException', code: 'ASSAY_REGISTRY_REFUSED', retry: false },
    { status: 400, name: 'ThrottlingException', code: 'ASSAY_REGISTRY_UNREACHABLE', retry: true },
    { status: 503, name: 'ServiceUnavailable', code: 'ASSAY_REGISTRY_UNREACHABLE', retry: true },
  ])('says what $name means', async ({ status, name, code, retry }) => {
    aws.fail({ status, name });
    const { documents } = open(1);
    const failure = (what: string) => ({ code, retry, message: expect.stringContaining(`${what}: ${name}`) });
    await expect(documents.listNames()).rejects.toMatchObject(failure(`parameters below ${PATH}`));
    await expect(documents.readSome(['c0000'])).rejects.toMatchObject(failure(`parameter ${PATH}/c0000`));
    await expect(documents.readSome(['a', 'b'])).rejects.toMatchObject(failure(`2 parameters below ${PATH}`));
    expect(aws.calls).toHaveLength(retry ? 12 + 3 + 3 : 3);
  });

  it('gives up a list that takes longer than its invocation has', async () => {
    open(500);
    let ms = 0;
    const slow = { sleep: async () => {}, nowMs: () => (ms += 400) };
    await expect(ssmDocuments({ path: PATH, client: aws.client, ...slow }).listNames()).rejects.toMatchObject({
      code: 'ASSAY_REGISTRY_UNREACHABLE',
      retry: true,
    });
    expect(aws.calls.length).toBeLessThan(50);
  });

  it('tries again later where nobody answers', async () => {
    const client = { ...aws.client, endpoint: 'http://127.0.0.1:1' };
    await expect(ssmDocuments({ path: PATH, client, sleep: async () => {} }).listNames()).rejects.toMatchObject({
      code: 'ASSAY_REGISTRY_UNREACHABLE',
      retry: true,
    });
  });
});
