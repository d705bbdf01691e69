import { expect, test } from 'vitest';
import { readSettings } from '../../lib/aws/settings.ts';

const least = {
  ASSAY_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/assay',
  ASSAY_BUS_ARN: 'arn:aws:events:eu-west-1:111122223333:event-bus/assay',
  ASSAY_REGISTRY_PATH: '/assay/prod/clusters',
};

test('what is not set has its default', () => {
  expect(readSettings(least)).toEqual({
    stage: 'prod',
    queueUrl: least.ASSAY_QUEUE_URL,
    busArn: least.ASSAY_BUS_ARN,
    registryPath: least.ASSAY_REGISTRY_PATH,
    maxDelaySeconds: 900,
    registryMaxAgeMs: 60_000,
    sharedSecrets: [],
  });
});

test('what is set is read', () => {
  const set = { ...least, ASSAY_STAGE: 'dev', ASSAY_MAX_DELAY_SECONDS: ' 3 ', ASSAY_REGISTRY_MAX_AGE_MS: '0' };
  expect(readSettings(set)).toMatchObject({ stage: 'dev', maxDelaySeconds: 3, registryMaxAgeMs: 0 });
  expect(readSettings({ ...least, ASSAY_SHARED_SECRETS: 'tokens, team/*' }).sharedSecrets).toEqual([
    'tokens',
    'team/*',
  ]);
});

test('all that is wrong is said at once', () => {
  const wrong = { ...least, ASSAY_QUEUE_URL: '', ASSAY_MAX_DELAY_SECONDS: '1000', ASSAY_REGISTRY_MAX_AGE_MS: 'soon' };
  expect(() => readSettings(wrong)).toThrow(
    expect.objectContaining({
      code: 'ASSAY_SETTING_INVALID',
      message: [
        'ASSAY_QUEUE_URL: not set; it is the address of the queue of steps',
        'ASSAY_MAX_DELAY_SECONDS: expected a whole number from 1 to 900, got "1000"',
        'ASSAY_REGISTRY_MAX_AGE_MS: expected a whole number from 0 to 3600000, got "soon"',
      ].join('; '),
    }),
  );
});
