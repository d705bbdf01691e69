import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApiClient, type ApiClient } from './api-client.ts';
import { ensureServers, type ServerPaths } from './build.ts';
import { writeKubeconfig, writeServiceAccountKeys, writeTokens, type User } from './control-plane-files.ts';
import { compactEtcd, etcdArgs } from './etcd.ts';
import { findFreePort } from './free-port.ts';
import { runKubectl, type KubectlOptions } from './kubectl.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess, type ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** What may differ from one control plane to another. */
export interface ControlPlaneOptions {
  /** The name of cluster and context in kubeconfigs; `test` unless given. */
  readonly name?: string;
  /** Whether kube-controller-manager runs: Jobs, ReplicaSets, garbage collection, service accounts, namespaces' ends. */
  readonly controllers?: boolean;
  /** A folder of CRDs to have before the controllers start: these look for new kinds every 30 s only. */
  readonly crdFolder?: string;
  /** More users, beside `admin` (system:masters) and `alice` and `bob`, who may do nothing. */
  readonly users?: readonly User[];
  /** More flags of kube-apiserver, such as `--watch-cache=false` or `--event-ttl=1m`. */
  readonly apiServerFlags?: readonly string[];
  /** More flags of kube-controller-manager. */
  readonly controllerFlags?: readonly string[];
}

/** A running control plane on 127.0.0.1. Its data lives as long as it does, over stops of the API server. */
export interface ControlPlane {
  readonly name: string;
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** What to trust, PEM. */
  readonly caPem: string;
  readonly adminToken: string;
  /** Of `admin`. */
  readonly kubeconfigPath: string;
  /** As `admin`. */
  readonly api: ApiClient;
  /** Process ids of what runs now. */
  readonly pids: () => { etcd?: number; apiServer?: number; controllerManager?: number };
  /** Throws for a name that is not among the users. */
  tokenFor(user: string): string;
  /** The path of a kubeconfig for one of the users. */
  kubeconfigFor(user: string): string;
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Applies a manifest, YAML or an object, as `admin`. */
  apply(manifest: string | object): Promise<string>;
  /** Ends the API server in good order, which takes a second; etcd and the controllers go on. */
  stopApiServer(): Promise<void>;
  /** SIGKILL. */
  killApiServer(): Promise<void>;
  /** Starts it again: same port, same data, same certificate; and the controllers anew. Resolves when it is ready. */
  startApiServer(): Promise<void>;
  /**
   * Forgets all but the newest revision in etcd. A watch or a paged list from before then gets 410 Gone — a watch only with
   * `--watch-cache=false`, since the API server's cache remembers more; without that flag, restart the API server instead.
   */
  compact(): Promise<void>;
  /** Ends everything and deletes the data. */
  stop(): Promise<void>;
}

/** Starts etcd and an API server with RBAC, and the controllers if wanted; resolves when they are ready (about 4 s). */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const paths = await ensureServers();
  const folder = createScratchFolder('control-plane');
  const running: Running = {};
  try {
    return await assemble(paths, folder, running, options);
  } catch (error) {
    await endAll(folder, running);
    throw error;
  }
}

interface Running {
  etcd?: ServerProcess;
  apiServer?: ServerProcess;
  controllerManager?: ServerProcess;
}

async function assemble(
  paths: ServerPaths,
  folder: string,
  running: Running,
  options: ControlPlaneOptions,
): Promise<ControlPlane> {
  const name = options.name ?? 'test';
  const [clientPort, peerPort, securePort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const server = `https://127.0.0.1:${securePort}`;
  const keys = writeServiceAccountKeys(folder);
  const users = [{ name: 'admin', groups: ['system:masters'] }, { name: 'alice' }, { name: 'bob' }];
  const { path: tokenPath, tokens } = writeTokens(folder, [...users, ...(options.users ?? [])]);
  const tokenFor = (user: string): string => {
    const token = tokens.get(user);
    if (token === undefined) throw new Error(`no user "${user}": name it in the option users`);
    return token;
  };
  const launch = (command: string, what: string, args: readonly string[]): ServerProcess =>
    startProcess({ command, args, cwd: folder, logPath: logPath(folder, what), env: { HOME: folder } });
  const launchApiServer = (): void => {
    running.apiServer = launch(paths.apiServer, 'kube-apiserver', [
      `--etcd-servers=${etcdUrl}`,
      `--secure-port=${securePort}`,
      '--bind-address=127.0.0.1',
      // Else it looks for an address of the machine to tell others, and does not start where there is none.
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--cert-dir=${join(folder, 'certificates')}`,
      `--service-account-key-file=${keys.publicPath}`,
      `--service-account-signing-key-file=${keys.privatePath}`,
      `--service-account-issuer=${server}`,
      `--token-auth-file=${tokenPath}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
      // Else its end waits for every open watch, a minute long: with it, watches are closed and it takes a second.
      '--shutdown-watch-termination-grace-period=1s',
      ...(options.apiServerFlags ?? []),
    ]);
  };

  running.etcd = launch(paths.etcd, 'etcd', etcdArgs({ folder, clientUrl: etcdUrl, peerPort }));
  launchApiServer();
  const certificatePath = join(folder, 'certificates', 'apiserver.crt');
  // The key is written after it: then it is whole.
  const keyPath = join(folder, 'certificates', 'apiserver.key');
  await watchOver(running.apiServer, folder, 'kube-apiserver', () => existsSync(keyPath));
  // The certificate it signed for itself, with the authority it made up to do so.
  const caPem = readFileSync(certificatePath, 'utf8');
  const adminToken = tokenFor('admin');
  const api = createApiClient({ server, ca: caPem, token: adminToken });
  const apiServerReady = (): Promise<unknown> =>
    watchOver(running.apiServer, folder, 'kube-apiserver', async () => {
      await api.call('/readyz');
      return api.call('/api/v1/namespaces/default');
    });
  await apiServerReady();

  const kubeconfigFor = (user: string): string => {
    const path = join(folder, `${user}.kubeconfig`);
    writeKubeconfig(path, { name, server, caPem, user, token: tokenFor(user) });
    return path;
  };
  const kubeconfigPath = kubeconfigFor('admin');
  const startControllers = async (): Promise<void> => {
    running.controllerManager = launch(paths.controllerManager, 'kube-controller-manager', [
      `--kubeconfig=${kubeconfigPath}`,
      '--leader-elect=false',
      '--controllers=*,-nodelifecycle,-nodeipam',
      `--service-account-private-key-file=${keys.privatePath}`,
      `--root-ca-file=${certificatePath}`,
      '--secure-port=0',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      ...(options.controllerFlags ?? []),
    ]);
    // The sign that controllers run (the first time), and what a pod needs to be admitted.
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await watchOver(running.controllerManager, folder, 'kube-controller-manager', () => api.call(account));
  };
  const kubectlSetup = { path: paths.kubectl, kubeconfigPath, home: folder };
  if (options.crdFolder !== undefined) {
    await runKubectl(kubectlSetup, ['apply', '-f', options.crdFolder]);
    await runKubectl(kubectlSetup, ['wait', 'crd', '--all', '--for=condition=Established', '--timeout=30s']);
  }
  if (options.controllers === true) await startControllers();

  return {
    name,
    server,
    caPem,
    adminToken,
    kubeconfigPath,
    api,
    pids: () => livePids(running),
    tokenFor,
    kubeconfigFor,
    kubectl: (args, call) => runKubectl(kubectlSetup, args, call),
    apply: (manifest) =>
      runKubectl(kubectlSetup, ['apply', '-f', '-'], {
        input: typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
      }),
    async stopApiServer() {
      await running.apiServer?.stop();
    },
    async killApiServer() {
      await running.apiServer?.stop(0);
    },
    async startApiServer() {
      if (running.apiServer?.hasEnded() !== true) return;
      launchApiServer();
      await apiServerReady();
      if (running.controllerManager === undefined) return;
      // After an outage the controllers look for the server every 30 s only, which no test wants to wait for.
      await running.controllerManager.stop(0);
      await startControllers();
    },
    compact: () => compactEtcd(etcdUrl),
    async stop() {
      api.close();
      await endAll(folder, running);
    },
  };
}

function livePids(running: Running): { etcd?: number; apiServer?: number; controllerManager?: number } {
  const live = Object.entries(running).filter(([, server]) => !server.hasEnded());
  return Object.fromEntries(live.map(([what, server]: [string, ServerProcess]) => [what, server.pid]));
}

/** Nothing here is needed afterwards: no grace. */
async function endAll(folder: string, running: Running): Promise<void> {
  await Promise.all(Object.values(running).map((server: ServerProcess) => server.stop(0)));
  removeScratchFolder(folder);
}

function logPath(folder: string, what: string): string {
  return join(folder, `${what}.log`);
}

/** Waits up to 60 s for `look`; gives up with the end of the log, at once if the server ends. */
async function watchOver(
  server: ServerProcess | undefined,
  folder: string,
  what: string,
  look: () => unknown,
): Promise<void> {
  if (server === undefined) throw new Error(`${what} was never started`);
  const path = logPath(folder, what);
  const found = waitFor(what, async () => server.hasEnded() || ((await look()) ?? false), {
    timeoutMs: 60_000,
    everyMs: 50,
  });
  await found.catch((error: Error) => {
    throw describeFailure(server, path, `is not ready: ${error.message}`);
  });
  if (server.hasEnded()) throw describeFailure(server, path, 'ended');
}
