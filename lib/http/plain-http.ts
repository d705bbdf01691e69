import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';

export interface PlainHttp {
  /** One try, no redirects; certificates are always checked. Rejects with ASSAY_HTTP_UNREACHABLE or _TIMEOUT. */
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  close(): void;
}

const LONGEST_BODY = 4 * 1024 * 1024;

/**
 * Requests over Node's own client and kept connections, for addresses that the operator has set. For a process that
 * must stay small: axios or undici would take 15 MB.
 *
 * @param ca  PEM; default: what Node trusts
 */
export function openPlainHttp({ ca }: { readonly ca?: string } = {}): PlainHttp {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true }),
    'https:': new HttpsAgent({ keepAlive: true, ...(ca !== undefined && { ca }) }),
  };
  return {
    async send(request) {
      const { host } = new URL(request.url);
      const signal = AbortSignal.timeout(request.timeoutMs ?? 30_000);
      try {
        return await exchange(request, agents, signal);
      } catch (error) {
        if (error instanceof AssayError) throw error;
        const code = signal.aborted ? 'ASSAY_HTTP_TIMEOUT' : 'ASSAY_HTTP_UNREACHABLE';
        const reason = signal.aborted ? 'no answer in time' : reasonOf(error);
        throw new AssayError(code, `${host}: ${reason}`, { retry: true });
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

async function exchange(
  { url, method = 'GET', headers = [], body }: HttpRequest,
  agents: { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent },
  signal: AbortSignal,
): Promise<HttpResponse> {
  const options = {
    method,
    signal,
    headers: {
      ...Object.fromEntries(headers),
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    },
  };
  const outgoing = url.startsWith('https:')
    ? httpsRequest(url, { ...options, agent: agents['https:'] })
    : httpRequest(url, { ...options, agent: agents['http:'] });
  const answer = await answerTo(outgoing, body);
  return { status: answer.statusCode ?? 0, headers: plainHeaders(answer), body: await readText(answer) };
}

function answerTo(outgoing: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new AssayError('ASSAY_HTTP_TOO_LARGE', 'the answer is longer than 4 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return code ?? message ?? 'no answer';
}
