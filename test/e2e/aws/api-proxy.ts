import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../../../lib/webhook/certificate.ts';
import type { ControlPlane } from '../servers/control-plane.ts';

/** A request on its way to an API server. */
export interface PassingRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly atMs: number;
}

export interface ProxyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Something in front of an API server that may answer in its place, as a load balancer or a flow control does. */
export interface ApiProxy {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Whom to trust, PEM. */
  readonly ca: string;
  /** All that came, the oldest first, also what was answered here. */
  readonly requests: readonly PassingRequest[];
  /** Says what to answer; `undefined` lets the request through. */
  answer(by: (request: PassingRequest) => ProxyAnswer | undefined): void;
  /** Lets requests through so many milliseconds late. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

/** Opens a proxy on 127.0.0.1 with a certificate of its own. */
export async function openApiProxy(plane: Pick<ControlPlane, 'server' | 'caPem'>): Promise<ApiProxy> {
  const { certificate, key, authorities } = await makeCertificate(['127.0.0.1'], new Date());
  const agent = new Agent({ keepAlive: true, ca: plane.caPem });
  const requests: PassingRequest[] = [];
  let delayMs = 0;
  let answerBy: ((request: PassingRequest) => ProxyAnswer | undefined) | undefined;

  const server = createServer({ key, cert: certificate }, (incoming, response) => {
    const { method = 'GET', url: path = '/' } = incoming;
    const passing = { method, path, atMs: Date.now() };
    requests.push(passing);
    const instead = answerBy?.(passing);
    if (instead !== undefined) {
      incoming.resume().on('end', () => response.writeHead(instead.status, { ...instead.headers }).end('{}'));
    } else if (delayMs > 0) {
      setTimeout(() => forward(incoming, response, plane.server, agent), delayMs);
    } else {
      forward(incoming, response, plane.server, agent);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: authorities,
    requests,
    answer(by) {
      answerBy = by;
    },
    delay(ms) {
      delayMs = ms;
    },
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(incoming: IncomingMessage, response: ServerResponse, server: string, agent: Agent): void {
  const { method, headers, url = '/' } = incoming;
  const outgoing = httpsRequest(new URL(url, server), { agent, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}
