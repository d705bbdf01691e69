import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AdmissionAnswer } from './admission.ts';
import type { CertificateFiles } from './certificate.ts';

export interface AdmissionServer {
  readonly port: number;
  /** From the next connection on. */
  useCertificate(files: CertificateFiles): void;
  /** Takes no more connections; resolves when what is under way has been answered. */
  close(): Promise<void>;
}

export interface AdmissionServerOptions {
  /** Without a host: all addresses, of both families. Port 0 takes a free one. */
  readonly address: { readonly host?: string; readonly port: number };
  readonly certificate: CertificateFiles;
  /** Answers the body of a review. Must not throw, nor take long. */
  readonly answer: (body: string) => AdmissionAnswer;
}

/** An object and what it was before, each as long as etcd lets them be. */
const LONGEST_BODY = 8 * 1024 * 1024;
/** API servers keep idle connections for 90 s: they must be the ones to close, or a request could meet a closed one. */
const KEEP_ALIVE_MS = 120_000;

/** Serves admission reviews over TLS, whatever the path. @throws the error of `listen`, such as EADDRINUSE */
export async function openAdmissionServer(options: AdmissionServerOptions): Promise<AdmissionServer> {
  const server = createServer({ ...contextOf(options.certificate), keepAliveTimeout: KEEP_ALIVE_MS });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    readBody(request, (body, isWhole) => {
      // The rest of too long a body is not read: the connection cannot be used again.
      if (!isWhole || !server.listening) response.setHeader('connection', 'close');
      const text = JSON.stringify(options.answer(body));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text, () => isWhole || request.destroy());
    });
  });

  const { host, port } = options.address;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== undefined && { host }) }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    useCertificate: (files) => server.setSecureContext(contextOf(files)),
    async close() {
      // Closes what is idle; what is busy closes with its answer.
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function contextOf({ certificate, key }: CertificateFiles) {
  return { cert: certificate, key, minVersion: 'TLSv1.2' as const };
}

/** Calls `done` once: with the whole body, or with as much of it as is read. A request that breaks off needs no answer. */
function readBody(request: IncomingMessage, done: (body: string, isWhole: boolean) => void): void {
  let chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    if (length > LONGEST_BODY) return;
    chunks.push(chunk);
    length += chunk.length;
    if (length <= LONGEST_BODY) return;
    const start = chunks[0]?.toString('utf8') ?? '';
    chunks = [];
    done(start, false);
  });
  request.on('end', () => {
    if (length <= LONGEST_BODY) done(Buffer.concat(chunks).toString('utf8'), true);
  });
  request.on('error', () => (chunks = []));
}
