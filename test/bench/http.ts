import { fork } from 'node:child_process';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openHttp } from '../../lib/http/open-http.ts';

/**
 * CPU of this process per request, against a server of its own on loopback: through `openHttp`, and with nothing but
 * node:http in the same run. `node test/bench/http.ts [requests]`.
 */
const REQUESTS = Number(process.argv[2] ?? 3000);
const AT_ONCE = 16;
const ANSWER = JSON.stringify({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [1_700_000_000, '0.9733'] }] },
});

if (process.send) serve();
else await measure();

function serve(): void {
  const server = createServer((_request, response) => response.end(ANSWER));
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}

async function measure(): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url));
  const port = await new Promise((resolve) => {
    server.once('message', resolve);
  });
  const url = `http://127.0.0.1:${String(port)}/api/v1/query?query=up`;
  const http = openHttp({ privateNetworks: 'refuse', allow: ['127.0.0.1'] });
  const agent = new Agent({ keepAlive: true });
  const ways = {
    'node:http alone': () => bare(url, agent),
    openHttp: async () => (await http({ url })).body,
  };
  for (const send of Object.values(ways)) await cpuMsPerRequest(send, REQUESTS); // Warms up.
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${REQUESTS} requests, ${AT_ONCE} at once`,
  );
  for (const [name, send] of Object.entries(ways)) {
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++) rounds.push(await cpuMsPerRequest(send, REQUESTS));
    console.log(`${name.padEnd(16)} ${Math.min(...rounds).toFixed(3)} ms CPU a request`);
  }
  server.disconnect();
  agent.destroy();
}

async function cpuMsPerRequest(send: () => Promise<string>, requests: number): Promise<number> {
  const before = process.cpuUsage();
  let left = requests;
  const worker = async () => {
    while (left-- > 0) if ((await send()) !== ANSWER) throw new Error('another answer');
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / requests;
}

function bare(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    sent.on('error', reject);
    sent.end();
  });
}
