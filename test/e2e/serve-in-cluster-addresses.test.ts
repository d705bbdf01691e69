import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { canHaveNetwork, inOwnNetwork } from './own-network.ts';
import { serversAvailable } from './servers/build.ts';

const ADDRESS = '198.51.100.1';
const script = join(import.meta.dirname, 'serve-in-cluster-addresses.ts');

describe.skipIf(!(await serversAvailable()) || !canHaveNetwork())('addresses of Services in the cluster', () => {
  test('through the API server, directly, or denied, as the process is told', async () => {
    const [command, ...args] = inOwnNetwork(ADDRESS, [process.execPath, script, ADDRESS]);
    const { stdout } = await promisify(execFile)(command, args, { timeout: 110_000 });
    const found = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(found).toMatchObject({
      'proxy-prometheus': { phase: 'Successful', value: '[7]' },
      'proxy-web': { phase: 'Error', message: expect.stringContaining('monitoring/prometheus:80') },
      'listed-web': { phase: 'Successful', value: '"1"' },
      'proxy-bearer': {
        phase: 'Error',
        message:
          'prometheus.monitoring.svc is reached through the API server, which keeps the Authorization header for itself: credentials cannot be sent there',
      },
      'listed-absent': {
        phase: 'Error',
        message: 'Get "http://absent.monitoring.svc/": services "absent" not found',
      },
      'deny-prometheus': { phase: 'Error', message: 'in-cluster address prometheus.monitoring.svc is denied' },
    });
    // Nothing resolves such names here: the process did ask the network itself.
    expect(found['direct-web']).toMatchObject({
      phase: 'Error',
      message: expect.stringMatching(
        /^Get "http:\/\/prometheus\.monitoring\.svc\.cluster\.local\/.*": dial tcp: lookup /,
      ),
    });
  });
});
