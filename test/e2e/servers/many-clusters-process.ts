import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryCluster, type MemoryCluster } from '../../../lib/clusters/memory/memory-cluster.ts';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import { AssayError } from '../../../lib/model/errors.ts';
import { isObject } from '../../../lib/model/is-object.ts';
import { isResourceKind, RESOURCES, type ResourceKind, type Resources } from '../../../lib/model/resources.ts';
import type { CertificateFiles } from '../../../lib/webhook/certificate.ts';
import type { ManyClustersCounts, ManyClustersOptions, ManyClustersOrder } from './many-clusters.ts';

// Started by many-clusters.ts; ends with it.

const HISTORY = 200;
const BOOKMARK_MS = 60_000;
const NAMESPACE = 'shop';
/** Of a Prometheus, which is a server of this process too. */
const ANSWER = JSON.stringify({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [1, '0.99'] }] },
});

interface Served {
  readonly cluster: MemoryCluster;
  readonly watchers: Map<string, number>;
  lists: number;
  storm: ReturnType<typeof setInterval> | undefined;
}

const seen = { connections: 0, most: 0, lists: 0, listing: 0, mostLists: 0, mostClusters: 0, watches: 0, patches: 0 };
const clusters = new Map<string, Served>();
let taken = 0;
let listMs = 20;

process.on('disconnect', () => process.exit());

async function open(options: ManyClustersOptions, { certificate, key }: CertificateFiles): Promise<number> {
  listMs = options.listMs ?? 20;
  const server = createServer({ cert: certificate, key, keepAliveTimeout: 60_000 }, (request, response) => {
    void answer(request, response).catch((error: unknown) => fail(response, error));
  });
  server.on('secureConnection', (socket) => {
    seen.connections += 1;
    seen.most = Math.max(seen.most, seen.connections);
    socket.on('close', () => (seen.connections -= 1));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  const { port } = server.address() as AddressInfo;
  const metrics = createPlainServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    taken += 1;
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
  });
  await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(metrics.address() as AddressInfo).port}`;
  for (let index = 0; index < options.clusters; index += 1) {
    const name = `c-${index}`;
    const cluster = memoryCluster(name, { now: () => new Date(), historyLimit: HISTORY });
    clusters.set(name, { cluster, watchers: new Map(), lists: 0, storm: undefined });
    for (let run = 0; run < options.finished; run += 1) await cluster.create('AnalysisRun', finishedRun(run));
    const { busy } = options;
    if (!busy || index >= busy.clusters) continue;
    for (let run = 0; run < busy.runs; run += 1) {
      await cluster.create('AnalysisRun', busyRun(run, address, busy.intervalSeconds));
    }
  }
  setInterval(() => clusters.forEach(({ cluster }) => cluster.bookmark()), BOOKMARK_MS);
  return port;
}

function obey(order: ManyClustersOrder): ManyClustersCounts {
  if (order.order === 'storm') {
    const served = clusters.get(order.cluster);
    clearInterval(served?.storm);
    const storm = (): void => {
      // Who has been told something begins anew without a pause.
      served?.cluster.bookmark();
      void served?.cluster.create('Event', anEvent());
      served?.cluster.forgetHistory();
      served?.cluster.endWatches();
    };
    if (served) served.storm = order.timesASecond > 0 ? setInterval(storm, 1000 / order.timesASecond) : undefined;
  }
  return {
    connections: seen.connections,
    mostConnections: seen.most,
    mostLists: seen.mostLists,
    mostClustersListed: seen.mostClusters,
    lists: seen.lists,
    watches: seen.watches,
    patches: seen.patches,
    watchedBy: Object.fromEntries([...clusters].map(([name, { watchers }]) => [name, [...watchers.keys()]])),
    measurements: taken,
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'https://server');
  const [, name = '', ...path] = pathname.split('/');
  const served = clusters.get(name);
  if (!served) throw new AssayError('ASSAY_CLUSTER_NOT_FOUND', `no cluster ${name}`);
  const { kind, namespace, objectName, subresource } = target(path);
  const query = {
    ...(namespace !== undefined && { namespace }),
    ...Object.fromEntries([...searchParams].filter(([, value]) => value !== '')),
    ...(searchParams.has('limit') && { limit: Number(searchParams.get('limit')) }),
  };
  const key = { ...(namespace !== undefined && { namespace }), name: objectName ?? '' };
  const { cluster } = served;
  if (searchParams.get('watch') === 'true') {
    await watch(
      served,
      kind,
      { ...query, resourceVersion: searchParams.get('resourceVersion') ?? '' },
      request,
      response,
    );
  } else if (request.method === 'GET' && objectName === undefined) {
    await list(served, kind, query, response);
  } else if (request.method === 'GET') {
    const object = await cluster.get(kind, key);
    if (!object) throw new AssayError('ASSAY_CLUSTER_NOT_FOUND', `${kind} "${key.name}" not found`);
    send(response, 200, object);
  } else if (request.method === 'POST') {
    send(response, 201, await cluster.create(kind, JSON.parse(await readBody(request)) as never));
  } else if (request.method === 'PATCH') {
    seen.patches += 1;
    const options = subresource === 'status' ? ({ subresource: 'status' } as const) : {};
    send(response, 200, await cluster.patch(kind, key, JSON.parse(await readBody(request)) as never, options));
  } else {
    await cluster.delete(kind, key);
    send(response, 200, { kind: 'Status', status: 'Success' });
  }
}

async function list(served: Served, kind: ResourceKind, query: object, response: ServerResponse): Promise<void> {
  seen.lists += 1;
  seen.listing += 1;
  served.lists += 1;
  seen.mostLists = Math.max(seen.mostLists, seen.listing);
  seen.mostClusters = Math.max(seen.mostClusters, [...clusters.values()].filter(({ lists }) => lists > 0).length);
  try {
    await sleep(listMs);
    const { items, resourceVersion, continue: next } = await served.cluster.list(kind, query);
    send(response, 200, { kind: `${kind}List`, metadata: { resourceVersion, ...(next && { continue: next }) }, items });
  } finally {
    seen.listing -= 1;
    served.lists -= 1;
  }
}

async function watch(
  { cluster, watchers }: Served,
  kind: ResourceKind,
  query: { readonly resourceVersion: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  seen.watches += 1;
  const who = request.headers.authorization?.replace('Bearer ', '') ?? '';
  watchers.set(who, (watchers.get(who) ?? 0) + 1);
  const ending = new AbortController();
  response.on('close', () => ending.abort());
  try {
    const events = cluster.watch(kind, query, ending.signal);
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    for await (const event of events) response.write(`${textOf(event)}\n`);
    response.end();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    response.end(`${JSON.stringify({ type: 'ERROR', object: statusOf(error) })}\n`);
  } finally {
    const left = (watchers.get(who) ?? 1) - 1;
    if (left > 0) watchers.set(who, left);
    else watchers.delete(who);
  }
}

interface Target {
  readonly kind: ResourceKind;
  readonly namespace?: string;
  readonly objectName?: string;
  readonly subresource?: string;
}

function target(path: readonly string[]): Target {
  const [root, ...rest] = path;
  const [apiVersion, after] = root === 'api' ? [rest[0], rest.slice(1)] : [rest.slice(0, 2).join('/'), rest.slice(2)];
  const isNamespaced = after[0] === 'namespaces' && after.length > 2;
  const [plural, objectName, subresource] = isNamespaced ? after.slice(2) : after;
  const kind = Object.keys(RESOURCES).find(
    (each) => isResourceKind(each) && RESOURCES[each].plural === plural && RESOURCES[each].apiVersion === apiVersion,
  );
  if (kind === undefined || !isResourceKind(kind)) throw new AssayError('ASSAY_CLUSTER_NOT_FOUND', 'no such kind');
  return {
    kind,
    ...(isNamespaced && { namespace: after[1] ?? '' }),
    ...(objectName !== undefined && { objectName }),
    ...(subresource !== undefined && { subresource }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(textOf(body));
}

/** API servers write the fields of metadata in the order of the alphabet. */
function textOf(body: unknown): string {
  return JSON.stringify(body, (key, value: unknown) => (key === 'metadata' && isObject(value) ? sorted(value) : value));
}

const known = new WeakMap<object, object>();

function sorted(metadata: Readonly<Record<string, unknown>>): object {
  const before = known.get(metadata);
  const names = Object.keys(metadata).toSorted();
  const after = before ?? Object.fromEntries(names.map((name) => [name, metadata[name]]));
  known.set(metadata, after);
  return after;
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else if (error instanceof AssayError) send(response, statusOf(error).code, statusOf(error));
  else throw error;
}

const CODES: Readonly<Record<string, number>> = {
  ASSAY_CLUSTER_CONFLICT: 409,
  ASSAY_CLUSTER_EXISTS: 409,
  ASSAY_CLUSTER_EXPIRED: 410,
  ASSAY_CLUSTER_NOT_FOUND: 404,
  ASSAY_CLUSTER_REFUSED: 422,
};

function statusOf({ code, words }: AssayError) {
  const reason = code === 'ASSAY_CLUSTER_EXISTS' ? 'AlreadyExists' : code;
  return { kind: 'Status', status: 'Failure', message: words, reason, code: CODES[code] ?? 500 };
}

function specOf(count: number, address: string, interval: string): AnalysisRun['spec'] {
  return {
    metrics: [
      {
        name: 'success-rate',
        interval,
        count,
        successCondition: 'len(result) > 0 && result[0] >= 0.95',
        provider: { prometheus: { address, query: 'sum(rate(http_requests_total{job="shop",code!~"5.."}[5m]))' } },
      },
    ],
  };
}

/** As large as those of a template with one metric and ten measurements. */
function finishedRun(index: number): AnalysisRun {
  const begunMs = Date.parse('2026-11-01T00:00:00Z') + index * 3_607_000;
  const at = (minutes: number): string => new Date(begunMs + minutes * 60_000).toISOString().replace('.000Z', 'Z');
  const measurements = Array.from({ length: 10 }, (_, minutes) => {
    const value = `[${0.95 + ((index * 7919 + minutes * 104_729) % 49_999) / 1_000_000}]`;
    return { phase: 'Successful', startedAt: at(minutes), finishedAt: at(minutes), value } as const;
  });
  const result = { name: 'success-rate', phase: 'Successful', count: 10, successful: 10 } as const;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      name: `shop-${hash(index)}-${index}-2`,
      namespace: NAMESPACE,
      labels: {
        'rollouts-pod-template-hash': hash(index),
        'rollout-type': 'Step',
        'step-index': '1',
        'assay.dev/finished': 'true',
      },
      annotations: { 'rollout.argoproj.io/revision': String(index) },
      ownerReferences: [{ ...OWNER, controller: true, blockOwnerDeletion: true }],
      managedFields: MANAGED_FIELDS,
    } as AnalysisRun['metadata'],
    spec: specOf(10, 'http://prometheus.monitoring.svc:9090', '1m'),
    status: {
      phase: 'Successful',
      startedAt: at(0),
      completedAt: at(9),
      runSummary: { count: 1, successful: 1 },
      dryRunSummary: {},
      metricResults: [{ ...result, measurements }],
    },
  };
}

/** Of what is not looked after. */
const OWNER = {
  apiVersion: 'shop.example.com/v1',
  kind: 'Shop',
  name: 'shop',
  uid: 'a6c1c63f-3b0c-4c52-9d5c-2f3f1a1b7c11',
};

/** It makes a new version. */
function anEvent(): Resources['Event'] {
  const involvedObject = { ...OWNER, namespace: NAMESPACE };
  const metadata = { generateName: 'storm-', namespace: NAMESPACE };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject,
    type: 'Normal',
    reason: 'Storm',
    message: 'storm',
  };
}

function hash(index: number): string {
  return (0x6c_54_54 + index * 7919).toString(16).padStart(10, 'b');
}

function busyRun(index: number, address: string, intervalSeconds: number): AnalysisRun {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: `busy-${index}`, namespace: NAMESPACE, managedFields: MANAGED_FIELDS } as AnalysisRun['metadata'],
    spec: specOf(1_000_000, address, `${intervalSeconds}s`),
  };
}

/** What API servers say of who wrote what: as long as the rest of a run. */
const FIELDS = [
  'apiVersion',
  'kind',
  'metadata',
  'labels',
  'annotations',
  'ownerReferences',
  'spec',
  'metrics',
  'status',
];
const MANAGED_FIELDS = ['rollouts-controller', 'assay'].map((manager) => ({
  manager,
  operation: 'Update',
  apiVersion: 'argoproj.io/v1alpha1',
  time: '2026-11-29T10:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: Object.fromEntries(
    FIELDS.map((name) => [`f:${name}`, { '.': {}, 'f:name': {}, 'f:value': {}, 'f:uid': {} }]),
  ),
}));

const [{ options: given, files: certificate }] = (await once(process, 'message')) as [
  { readonly options: ManyClustersOptions; readonly files: CertificateFiles },
];
const servedAt = await open(given, certificate);
process.on('message', (order: ManyClustersOrder) => process.send?.(obey(order)));
process.send?.({ port: servedAt });
