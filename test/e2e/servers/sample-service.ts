import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a page answers: 200 and an empty body unless given. */
export interface Page {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string goes out as it is; anything else as JSON, with its content type. */
  readonly body?: unknown;
  readonly delayMs?: number;
  /** Hangs up instead of answering, after the delay. */
  readonly reset?: boolean;
}

/** A request that came in, bodies as text, header names in lower case. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly at: Date;
}

/** A service to measure: what its metrics and pages say is the test's to set, at any time. */
export interface SampleService {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly url: string;
  /** `127.0.0.1:PORT`, as a target for Prometheus. */
  readonly target: string;
  /** All requests but those for `/metrics`, the oldest first; a test may empty it. */
  readonly requests: SeenRequest[];
  /** Sets a sample of `/metrics`; names that end in `_total` are counters, others gauges. `undefined` removes it. */
  set(name: string, labels: Readonly<Record<string, string>>, value: number | undefined): void;
  /** Sets what `path` (without query) answers, or how it finds out; paths never set are `*`, else 404. */
  page(path: string, page: Page | ((request: SeenRequest) => Page)): void;
  stop(): Promise<void>;
}

/** Starts a sample service on a free port of 127.0.0.1; with `tls` (PEM) it speaks https. */
export async function startSampleService({
  tls,
}: { tls?: { key: string; cert: string } } = {}): Promise<SampleService> {
  const samples = new Map<string, Map<string, number>>();
  const pages = new Map<string, Page | ((request: SeenRequest) => Page)>();
  const requests: SeenRequest[] = [];

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = incoming.url ?? '/';
    const [path = '/'] = url.split('?');
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(renderSamples(samples));
      return;
    }
    const request: SeenRequest = {
      method: incoming.method ?? 'GET',
      url,
      headers: incoming.headers,
      body: await readBody(incoming),
      at: new Date(),
    };
    requests.push(request);
    const page = pages.get(path) ?? pages.get('*') ?? { status: 404, body: 'no such page' };
    await sendPage(typeof page === 'function' ? page(request) : page, response);
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    // A page that throws is the test's mistake; one that finds its client gone is none.
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: `${tls === undefined ? 'http' : 'https'}://${target}`,
    target,
    requests,
    set(name, labels, value) {
      const series = samples.get(name) ?? new Map<string, number>();
      samples.set(name, series);
      if (value === undefined) series.delete(renderLabels(labels));
      else series.set(renderLabels(labels), value);
    },
    page(path, page) {
      pages.set(path, page);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function sendPage(page: Page, response: ServerResponse): Promise<void> {
  if (page.delayMs !== undefined) await sleep(page.delayMs);
  if (page.reset === true) {
    response.destroy();
    return;
  }
  const isText = page.body === undefined || typeof page.body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(page.status ?? 200, { 'content-type': type, ...page.headers });
  response.end(isText ? page.body : JSON.stringify(page.body));
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  incoming.setEncoding('utf8');
  let body = '';
  for await (const chunk of incoming) body += chunk;
  return body;
}

function renderSamples(samples: ReadonlyMap<string, ReadonlyMap<string, number>>): string {
  return [...samples]
    .map(([name, series]) => {
      const lines = [...series].map(([labels, value]) => `${name}${labels} ${renderValue(value)}\n`);
      return `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n${lines.join('')}`;
    })
    .join('');
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function renderValue(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
