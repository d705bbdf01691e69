import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretsManagerStore } from '../../lib/documents/secrets-manager-store.ts';
import { secretsManager } from '../../lib/documents/secrets-manager.ts';
import { secretStoreContract } from '../contract/secret-store.ts';
import { type AwsStub, openAwsStub } from './aws-stub.ts';

let aws: AwsStub;
beforeEach(async () => {
  aws = await openAwsStub();
  aws.secrets.set('foreign', { value: 'kept', tags: [{ Key: 'team', Value: 'shop' }] });
});
afterEach(() => aws.close());

describe('secretsManagerStore', () => {
  secretStoreContract(async () => secretsManagerStore(aws.client));

  it('marks what it makes', async () => {
    await secretsManagerStore(aws.client).write('assay/shop', 'hush', 'shop');
    expect(aws.secrets.get('assay/shop')?.tags).toStrictEqual([{ Key: 'assay-cluster', Value: 'shop' }]);
  });
});

describe('secretsManager', () => {
  it('reads by ARN in the region that it names', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:shop-AbCdEf';
    aws.secrets.set(arn, { value: 'hush', tags: [] });
    expect(await secretsManager(aws.client).read(arn)).toBe('hush');
  });

  it('is tried again where AWS is too busy, and is not where it says no', async () => {
    aws.fail({ status: 400, name: 'ThrottlingException' });
    await expect(secretsManager(aws.client).read('x')).rejects.toMatchObject({ retry: true });
    aws.fail({ status: 400, name: 'AccessDeniedException' });
    await expect(secretsManager(aws.client).read('x')).rejects.toMatchObject({
      code: 'ASSAY_SECRET_UNREADABLE',
      retry: false,
    });
  });
});
