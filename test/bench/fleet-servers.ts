import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../../lib/webhook/certificate.ts';

// A process of its own: API servers of many clusters, each below a path of its own behind one TLS port, and a page for
// metrics. It tells its parent where they are. Each cluster has a run that measures the page, and nothing else.

export interface FleetServers {
  /** `https://127.0.0.1:PORT`; a cluster is below it. */
  readonly apiServer: string;
  readonly ca: string;
  readonly page: string;
}

const RUN = /\/analysisruns\/([\w-]+)(?:\/status)?$/;

function runOf(cluster: string, name: string, page: string): object {
  const provider = { web: { url: page } };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-of-${cluster}`,
      resourceVersion: '7',
      creationTimestamp: '2026-11-05T10:00:00Z',
    },
    spec: { metrics: [{ name: 'page', interval: '10s', count: 5, successCondition: 'result.ok', provider }] },
  };
}

function answer(request: IncomingMessage, body: string, page: string): object {
  const [path = ''] = (request.url ?? '').split('?');
  const [, cluster = ''] = path.split('/');
  const [, name] = RUN.exec(path) ?? [];
  if (request.method === 'POST') return JSON.parse(body) as object;
  if (name === undefined) return { metadata: { resourceVersion: '7' }, items: [] };
  const { status } = (request.method === 'PATCH' ? JSON.parse(body) : {}) as { readonly status?: object };
  return { ...runOf(cluster, name, page), ...(status && { status }) };
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const pages = createServer((_, response) => response.end('{"ok":true}'));
const page = `http://127.0.0.1:${await listen(pages)}/`;
const { certificate, key, authorities } = await makeCertificate(['127.0.0.1'], new Date());
const api = createTlsServer({ cert: certificate, key }, (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = JSON.stringify(answer(request, Buffer.concat(chunks).toString('utf8'), page));
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' }).end(text);
  });
});
const told: FleetServers = { apiServer: `https://127.0.0.1:${await listen(api)}`, ca: authorities, page };
process.send?.(told);
process.once('disconnect', () => process.exit());
