import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { FINISHED_LABEL } from '../../lib/model/labels.ts';
import { RESOURCES } from '../../lib/model/resources.ts';
import { makeCertificate } from '../../lib/webhook/certificate.ts';

/** What stands in for an API server over TLS: who is let in, and what is installed, can be changed at any time. */
export interface ApiStub {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** Who has one of these is let in. */
  readonly tokens: Set<string>;
  /** Answered with 403: parts of paths. */
  readonly denied: Set<string>;
  /** Whether all rights are there. */
  isAllowed: boolean;
  /** By path, beside what is always there. */
  readonly objects: Map<string, object>;
  readonly runs: object[];
  close(): Promise<void>;
}

interface Answer {
  readonly status?: number;
  readonly body: object;
}

const KINDS = ['AnalysisRun', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'Experiment'] as const;

/** Has the CRDs of Assay, as discovery and OpenAPI tell of them, and nothing else. */
export async function openApiStub(): Promise<ApiStub> {
  const files = await makeCertificate(['127.0.0.1'], new Date());
  const server = createServer({ cert: files.certificate, key: files.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status = 200, body } = answer(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stub: ApiStub = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: files.authorities,
    tokens: new Set(),
    denied: new Set(),
    isAllowed: true,
    objects: new Map(),
    runs: [],
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  const answer = ({ url = '', headers }: IncomingMessage): Answer => {
    const [path = '', query = ''] = url.split('?');
    if (path === '/version') return { body: { gitVersion: 'v1.36.3' } };
    if (!stub.tokens.has(headers.authorization?.replace('Bearer ', '') ?? '')) return failure(401, 'Unauthorized');
    if ([...stub.denied].some((part) => path.includes(part))) return failure(403, 'Forbidden', `may not see ${path}`);
    const found = stub.objects.get(path) ?? known(path, new URLSearchParams(query));
    return found ? { body: found } : failure(404, 'NotFound');
  };

  const known = (path: string, query: URLSearchParams): object | undefined => {
    if (path.endsWith('/selfsubjectreviews')) return { status: { userInfo: { username: 'robot', groups: [] } } };
    if (path.endsWith('/selfsubjectaccessreviews')) return { status: { allowed: stub.isAllowed } };
    if (path === '/apis/argoproj.io/v1alpha1')
      return { resources: KINDS.map((kind) => ({ name: RESOURCES[kind].plural })) };
    if (path === '/openapi/v3/apis/argoproj.io/v1alpha1') return { components: { schemas: schemas() } };
    if (path.endsWith('/analysisruns')) return list(query.get('labelSelector') ?? '');
    return path.endsWith('/experiments') ? { metadata: { resourceVersion: '1' }, items: [] } : undefined;
  };

  const list = (selector: string): object => ({
    metadata: { resourceVersion: '1' },
    items: selector.includes(FINISHED_LABEL) ? stub.runs.filter((run) => !isFinished(run)) : stub.runs,
  });
  return stub;
}

function isFinished(run: object): boolean {
  return JSON.stringify(run).includes(`"${FINISHED_LABEL}":"true"`);
}

/** Each takes whatever it is given. */
function schemas(): object {
  return Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      {
        properties: { spec: { properties: {} }, status: {} },
        'x-kubernetes-preserve-unknown-fields': true,
        'x-kubernetes-group-version-kind': [{ group: 'argoproj.io', version: 'v1alpha1', kind }],
      },
    ]),
  );
}

function failure(code: number, reason: string, message = reason): Answer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message } };
}
