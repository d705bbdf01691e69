import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CLUSTER_BASE, ROLLOUTS_BASE } from '../../../lib/cli/cluster-base.ts';
import { renderManifests } from '../../../lib/cli/render-manifests.ts';
import { parseAllDocuments } from 'yaml';
import type { Starter } from './assay-serve.ts';
import type { ControlPlane } from './control-plane.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess, type Ending } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** A process that runs what the image of the webhook holds, with the rights that infra/cluster gives it. */
export interface AssayWebhook {
  readonly pid: number;
  readonly port: number;
  readonly ended: Promise<Ending>;
  /** What it wrote so far. */
  log(): string;
  page(path: '/metrics' | '/healthz' | '/readyz'): Promise<{ readonly status: number; readonly body: string }>;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<Ending>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface AssayWebhookOptions {
  readonly plane: ControlPlane;
  /** Of 127.0.0.1; `installWebhook` must have been told the same. */
  readonly port: number;
  /** More of the environment, such as where events go. */
  readonly env?: Readonly<Record<string, string>>;
  /** In place of Node with what is built from the sources; the words are those of the Deployment. */
  readonly start?: Starter;
}

/** How its Deployment starts it: Node, what stands between, and the file. */
const COMMAND = parseAllDocuments(renderManifests(CLUSTER_BASE, { cluster: 'e2e' }))
  .map((document) => document.toJS() as Manifest)
  .flatMap(({ spec }) => spec?.template?.spec.containers[0]?.command ?? []);

/** Applies infra/cluster with webhooks at an address of this machine, since no pod runs here. */
export async function installWebhook(plane: ControlPlane, port: number, { rollouts = false } = {}): Promise<void> {
  const base = rollouts ? [...CLUSTER_BASE, ...ROLLOUTS_BASE] : CLUSTER_BASE;
  const manifests = parseAllDocuments(renderManifests(base, { cluster: 'e2e' })).map(
    (document) => document.toJS() as Manifest,
  );
  const items = manifests
    .filter(({ kind }) => kind !== 'Deployment')
    .map((object) => {
      if (!object.webhooks) return object;
      const clientConfig = { url: `https://127.0.0.1:${port}/admission` };
      return { ...object, webhooks: object.webhooks.map((webhook) => ({ ...webhook, clientConfig })) };
    });
  // Namespaces first: a list is applied in its order.
  await plane.apply({ apiVersion: 'v1', kind: 'List', items });
  await plane.kubectl(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
}

interface Manifest {
  readonly kind: string;
  readonly webhooks?: readonly Readonly<Record<string, unknown>>[];
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: readonly { readonly command?: readonly string[] }[] } };
  };
}

/** Resolves when it answers reviews. */
export async function startAssayWebhook({ plane, port, env = {}, start }: AssayWebhookOptions): Promise<AssayWebhook> {
  const folder = createScratchFolder('assay-webhook');
  const logPath = join(folder, 'assay-webhook.log');
  writeFileSync(join(folder, 'ca.crt'), plane.caPem);
  const token = await plane.kubectl(['create', 'token', 'assay-webhook', '-n', 'assay-system']);
  writeFileSync(join(folder, 'token'), token);
  const api = new URL(plane.server);
  const variables = {
    HOME: folder,
    MALLOC_ARENA_MAX: '1',
    KUBERNETES_SERVICE_HOST: api.hostname,
    KUBERNETES_SERVICE_PORT: api.port,
    ASSAY_CLUSTER: 'e2e',
    ASSAY_SERVICE_ACCOUNT_FOLDER: folder,
    ASSAY_LISTEN: `127.0.0.1:${port}`,
    ASSAY_PAGES: '127.0.0.1:0',
    ASSAY_TLS_HOSTS: '127.0.0.1',
    ASSAY_SHUTDOWN_DELAY_MS: '0',
    ...env,
  };
  const files = Object.entries(variables).flatMap(([name, value]) => (name.endsWith('_FILE') ? [value] : []));
  const reads = [join(folder, 'token'), join(folder, 'ca.crt'), ...files];
  const [command, ...args] = start?.(COMMAND, variables, reads) ?? [
    process.execPath,
    ...COMMAND.slice(1, -1),
    await bundle(),
  ];
  const server = startProcess({ command, args, logPath, cwd: folder, env: variables });
  const log = (): string => readFileSync(logPath, 'utf8');
  const end = async (): Promise<Ending> => {
    const ending = await server.ended;
    removeScratchFolder(folder);
    return ending;
  };
  const url = await waitFor('the webhook to serve', () => {
    if (server.hasEnded()) throw describeFailure(server, logPath, 'ended');
    return /"pages":"([^"]+)"/.exec(log())?.[1];
  });
  return {
    pid: server.pid ?? 0,
    port,
    ended: server.ended,
    log,
    async page(path) {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, body: await response.text() };
    },
    async stop() {
      server.signal('SIGTERM');
      return end();
    },
    async kill() {
      await server.stop(0);
      await end();
    },
  };
}

let bundled: Promise<string> | undefined;

/** The path of the program; built once a process. */
function bundle(): Promise<string> {
  bundled ??= (async () => {
    const file = join(createScratchFolder('assay-webhook-bundle'), 'webhook.mjs');
    await promisify(execFile)(process.execPath, [
      join(import.meta.dirname, '../../../infra/cluster/build-webhook.ts'),
      file,
    ]);
    return file;
  })();
  return bundled;
}
