import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { machineCredentials } from '../../lib/connections/machine-credentials.ts';

beforeEach(() => {
  // Nothing of this machine, and nothing that would ask a network.
  for (const name of ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => vi.unstubAllEnvs());

test('those of the environment', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example-secret');
  const credentials = await machineCredentials({ roles: [], profiles: [] })({ region: 'eu-west-1' });
  expect(credentials).toEqual({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' });
});

test('none: an error that its user understands', async () => {
  const none = machineCredentials('any')({ region: 'eu-west-1', profile: 'absent' });
  await expect(none).rejects.toMatchObject({
    code: 'ASSAY_METRIC_INVALID',
    message: expect.stringMatching(/^could not get SigV4 credentials: Could not load/),
  });
});

test.each([
  {
    name: 'a role that the operator does not list',
    identity: { region: 'eu-west-1', roleArn: 'arn:aws:iam::1:role/x' },
    says: 'the role arn:aws:iam::1:role/x is not allowed here: its operator may add --aws-role arn:aws:iam::1:role/x',
  },
  {
    name: 'a profile that the operator does not list',
    identity: { region: 'eu-west-1', profile: 'admin' },
    says: 'the profile admin is not allowed here: its operator may add --aws-profile admin',
  },
  {
    name: 'a region that would be another server',
    identity: { region: 'evil.test/' },
    says: '"evil.test/" is no region',
  },
])('$name is refused', async ({ identity, says }) => {
  const credentials = machineCredentials({ roles: ['arn:aws:iam::1:role/y'], profiles: ['shop'] });
  await expect(credentials(identity)).rejects.toMatchObject({
    code: 'ASSAY_METRIC_INVALID',
    message: `could not get SigV4 credentials: ${says}`,
  });
});

test('a profile that the operator lists is looked up', async () => {
  const credentials = machineCredentials({ roles: [], profiles: ['absent'] });
  await expect(credentials({ region: 'eu-west-1', profile: 'absent' })).rejects.toMatchObject({
    message: expect.stringMatching(/^could not get SigV4 credentials: Could not load/),
  });
});
