import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small shop to measure, on 127.0.0.1. */
export interface SampleService {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * What the sample service answers, one request after the other; after the last one, the last one again. By service:
 * the share of its requests that fail. By page of /health: its state.
 */
const ERROR_SHARES: Readonly<Record<string, readonly number[]>> = {
  checkout: [0.008, 0.012, 0.003, 0.006],
  payments: [0.02, 0.09, 0.14],
};
const HEALTH = ['healthy', 'degraded'];

/**
 * Starts a service with a Prometheus-compatible query API (`/api/v1/query`, `/api/v1/query_range`: it looks for
 * `service="…"` in the query, and for `5..` to tell rates of errors from those of success), a JSON page `/health`
 * and a page `/order/42`. It never answers twice in the same way for long: some is good, some is bad.
 */
export async function startSampleService(): Promise<SampleService> {
  const asked = new Map<string, number>();
  const next = <T>(key: string, answers: readonly T[]): T | undefined => {
    const index = asked.get(key) ?? 0;
    asked.set(key, index + 1);
    return answers[Math.min(index, answers.length - 1)];
  };
  const answer = (path: string, parameters: URLSearchParams): unknown => {
    if (path === '/api/v1/query' || path === '/api/v1/query_range') {
      const value = measure(parameters.get('query') ?? '', next);
      return path.endsWith('range') ? rangeAnswer(value, parameters) : instantAnswer(value);
    }
    if (path === '/health') return { checks: { orders: { status: next('health', HEALTH) } } };
    return path === '/order/42' ? { order: 42, state: 'delivered' } : undefined;
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { path, parameters } = await readParameters(request);
    const body = answer(path, parameters);
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: 'not found' }));
  };

  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Undefined where there is no such service. */
function measure(query: string, next: (key: string, answers: readonly number[]) => number | undefined) {
  const [, service = ''] = /service="([^"]*)"/.exec(query) ?? [];
  const shares = ERROR_SHARES[service];
  const share = shares && next(service, shares);
  if (share === undefined) return undefined;
  return /code=~"5\.\."/.test(query) ? share : 1 - share;
}

function instantAnswer(value: number | undefined): object {
  const result = value === undefined ? [] : [{ metric: {}, value: [Date.now() / 1000, value.toFixed(4)] }];
  return { status: 'success', data: { resultType: 'vector', result } };
}

/** A point a minute, all of them alike. */
function rangeAnswer(value: number | undefined, parameters: URLSearchParams): object {
  const [start, end] = [Number(parameters.get('start')), Number(parameters.get('end'))];
  const points = Array.from({ length: Math.floor((end - start) / 60) + 1 }, (_, minute) => start + 60 * minute);
  const values = points.map((seconds) => [seconds, (value ?? 0).toFixed(4)]);
  const result = value === undefined ? [] : [{ metric: {}, values }];
  return { status: 'success', data: { resultType: 'matrix', result } };
}

async function readParameters(request: IncomingMessage): Promise<{ path: string; parameters: URLSearchParams }> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return { path: pathname, parameters: new URLSearchParams([...searchParams, ...new URLSearchParams(body)]) };
}
