import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { canHaveNetwork, inOwnNetwork } from './own-network.ts';
import { ensureTraefik, serversAvailable } from './servers/build.ts';

/** The stand-in kubelet gives its pods addresses of this range. */
const PODS = '10.244.0.1/16';
const script = join(import.meta.dirname, 'routers-traffic.ts');

interface Outcome {
  readonly shares: readonly { readonly version: string; readonly weight: number; readonly share: number }[];
  readonly total: number;
  readonly failures: readonly string[];
}

describe.skipIf(!(await serversAvailable()) || !canHaveNetwork())('requests while a Rollout is updated', () => {
  let outcomes: Readonly<Record<string, Outcome>> = {};

  beforeAll(async () => {
    await ensureTraefik();
    const [command, ...args] = inOwnNetwork(PODS, [process.execPath, script]);
    const { stdout } = await promisify(execFile)(command, args, { timeout: 400_000 });
    outcomes = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as typeof outcomes;
    console.log(Object.entries(outcomes).map(summaryOf).join('\n'));
  });

  test.each(['traefik', 'gatewayAPI', 'nginx'])('%s: each version has its share, and no request fails', (router) => {
    const { shares = [], total, failures } = outcomes[router] ?? {};
    expect(failures).toEqual([]);
    expect(total).toBeGreaterThanOrEqual(10_000);
    // An update to its end, then one that is aborted.
    expect(shares.map(({ version, weight }) => [version, weight])).toEqual([
      ['v2', 0],
      ['v2', 20],
      ['v2', 50],
      ['v2', 100],
      ['v2', 100],
      ['v3', 20],
      ['v3', 50],
      ['v3', 0],
      ['v2', 100],
    ]);
    for (const { weight, share } of shares) expect(Math.abs(share - weight)).toBeLessThanOrEqual(2);
  });
});

function summaryOf([router, { shares, total }]: readonly [string, Outcome]): string {
  const seen = shares.map(({ version, weight, share }) => `${version} ${weight} %: ${share.toFixed(1)} %`);
  return `${router}: ${total} requests; ${seen.join(', ')}`;
}
