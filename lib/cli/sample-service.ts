import type { Log } from '../model/ports.ts';
import { type Answer, jsonAnswer, type Route, type WebRequest } from '../web/routes.ts';
import { openServer } from '../web/server.ts';

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
  cart: [0.006, 0.009, 0.004],
  search: [0.01, 0.08, 0.12],
};
const HEALTH = ['healthy', 'degraded'];
const LONGEST_QUERY = 64 * 1024;
const NO_LOG: Log = { info() {}, warn() {}, error() {} };

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
  const measured = (
    path: string,
    write: (value: number | undefined, parameters: URLSearchParams) => object,
  ): Route[] => {
    const answer = ({ query, body }: WebRequest): Answer => {
      const parameters = new URLSearchParams([...query, ...new URLSearchParams(body)]);
      return jsonAnswer(200, write(measure(parameters.get('query') ?? '', next), parameters));
    };
    return [
      { method: 'GET', path, answer },
      { method: 'POST', path, longestBody: LONGEST_QUERY, answer },
    ];
  };
  return openServer({
    address: { host: '127.0.0.1', port: 0 },
    log: NO_LOG,
    routes: [
      ...measured('/api/v1/query', instantAnswer),
      ...measured('/api/v1/query_range', rangeAnswer),
      {
        method: 'GET',
        path: '/health',
        answer: () => jsonAnswer(200, { checks: { orders: { status: next('health', HEALTH) } } }),
      },
      { method: 'GET', path: '/order/42', answer: () => jsonAnswer(200, { order: 42, state: 'delivered' }) },
    ],
  });
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
