import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serversAvailable } from './servers/build.ts';

const ADDRESS = '198.51.100.1';
const script = join(import.meta.dirname, 'cluster-service-proxy.ts');

describe.skipIf(!(await serversAvailable()) || !canHaveNetwork())('the service proxy of a real API server', () => {
  it('leads to the Service, and says why where it does not', async () => {
    const setUp = `ip link set lo up && ip address add ${ADDRESS}/32 dev lo && exec "$0" "$@"`;
    const { stdout } = await promisify(execFile)(
      'unshare',
      ['--map-root-user', '--net', 'sh', '-c', setUp, process.execPath, script, ADDRESS],
      { timeout: 90_000 },
    );
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

/** Whether this system lets us have a network of our own. */
function canHaveNetwork(): boolean {
  try {
    execFileSync('unshare', ['--map-root-user', '--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
