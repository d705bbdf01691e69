import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

const handedOut = new Set<number>();
/** Workers of the test runner, numbered from 1, do not get in each other's way: a port that is free may be spoken for. */
const FIRST = 20_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 5) * 2000;

/**
 * Promises a TCP port of 127.0.0.1 that nothing listens on, and that this process has not been given before.
 *
 * From 20000–29999, below the range from which kernels take the local ports of outgoing connections: so a server that
 * is stopped for a while finds its port still free, and nobody connects to itself by chance while it is away.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(FIRST, FIRST + 2000);
    if (!handedOut.has(port) && (await canListen(port))) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`no free port found on 127.0.0.1 between ${FIRST} and ${FIRST + 1999}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
