import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { canHaveNetwork, inOwnNetwork } from './own-network.ts';
import { serversAvailable } from './servers/build.ts';

const ADDRESS = '198.51.100.1';
const script = join(import.meta.dirname, 'cluster-service-proxy.ts');

describe.skipIf(!(await serversAvailable()) || !canHaveNetwork())('the service proxy of a real API server', () => {
  it('leads to the Service, and says why where it does not', async () => {
    const [command, ...args] = inOwnNetwork(ADDRESS, [process.execPath, script, ADDRESS]);
    const { stdout } = await promisify(execFile)(command, args, { timeout: 90_000 });
    const { answers, requests } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(answers).toMatchObject({
      query: { status: 200, body: 'GET /api/v1/query?query=up%7Ba%3D%22b%22%7D' },
      root: { status: 200, body: 'GET /' },
      redirect: { status: 200, body: 'GET /metrics?after=redirect' },
      elsewhere: { status: 302, location: 'http://elsewhere.example.com/' },
      absent: {
        code: 'ASSAY_HTTP_UNREACHABLE',
        message: 'Get "http://absent.monitoring.svc/": services "absent" not found',
      },
      otherPort: { code: 'ASSAY_HTTP_UNREACHABLE', message: expect.stringContaining('no service port 81 found') },
    });
    expect(requests).toHaveLength(5);
    expect(requests[0]).toStrictEqual({
      method: 'GET',
      url: '/api/v1/query?query=up%7Ba%3D%22b%22%7D',
      tenant: 'team',
    });
  });
});
