import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AnalysisCluster } from './analysis-cluster.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';

/** A request that changes something. */
export interface ApiWrite {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** The status that came of it; undefined while it is held. */
  readonly status: number | undefined;
}

/** `refuse`: 409, as if somebody had been faster. `hold`: it never gets to the server, and no answer comes. */
export type Verdict = 'pass' | 'refuse' | 'hold';

export type Judge = (method: string, path: string) => Verdict;

/** What stands between Assay and an API server, sees each write, and decides on it. */
export interface ApiWrites {
  /** Leads through it, as Assay. */
  readonly kubeconfigPath: string;
  /** All so far, the oldest first. */
  readonly seen: readonly ApiWrite[];
  /** From now on; undefined: everything passes. */
  judge(judge: Judge | undefined): void;
  stop(): Promise<void>;
}

const CONFLICT = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'the object has been modified; please apply your changes to the latest version and try again',
  reason: 'Conflict',
  code: 409,
};

/** Listens on a free port of 127.0.0.1, without TLS. */
export async function openApiWrites({ plane, kubeconfigPath: direct }: AnalysisCluster): Promise<ApiWrites> {
  const agent = new Agent({ keepAlive: true, ca: plane.caPem });
  const seen: { method: string; path: string; status: number | undefined }[] = [];
  let judge: Judge | undefined;

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse, told: (status: number) => void): void => {
    const { method = 'GET', url = '/', headers } = incoming;
    const upstream = httpsRequest(new URL(url, plane.server), { agent, method, headers }, (answer) => {
      told(answer.statusCode ?? 0);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    });
    upstream.once('error', () => outgoing.destroy());
    // Watches end with whoever asked.
    outgoing.once('close', () => upstream.destroy());
    incoming.pipe(upstream);
  };
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    if (method === 'GET') return forward(incoming, outgoing, () => undefined);
    const [path = ''] = url.split('?');
    const write = { method, path, status: undefined as number | undefined };
    seen.push(write);
    const verdict = judge?.(method, path) ?? 'pass';
    if (verdict === 'hold') return;
    if (verdict === 'pass') return forward(incoming, outgoing, (status) => (write.status = status));
    write.status = CONFLICT.code;
    incoming.resume();
    outgoing.writeHead(CONFLICT.code, { 'content-type': 'application/json' }).end(JSON.stringify(CONFLICT));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const folder = createScratchFolder('api-writes');
  const kubeconfigPath = join(folder, 'kubeconfig');
  const begin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(kubeconfigPath, readFileSync(direct, 'utf8').replace(plane.server, begin));
  return {
    kubeconfigPath,
    seen,
    judge(next) {
      judge = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
      removeScratchFolder(folder);
    },
  };
}
