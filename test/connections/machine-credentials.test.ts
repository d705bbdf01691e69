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
  const credentials = await machineCredentials()({ region: 'eu-west-1' });
  expect(credentials).toEqual({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' });
});

test('none: an error that its user understands', async () => {
  const none = machineCredentials()({ region: 'eu-west-1', profile: 'absent' });
  await expect(none).rejects.toMatchObject({
    code: 'ASSAY_METRIC_INVALID',
    message: expect.stringMatching(/^could not get SigV4 credentials: Could not load/),
  });
});
