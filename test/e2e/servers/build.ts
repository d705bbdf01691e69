import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ensureBindings } from './aws-provider-schema.ts';
import {
  emulatorsAvailable,
  ensureEmulators,
  ensureInstalled,
  ensureMotoOfStacks,
  installPython,
} from './aws/install.ts';
import { cacheFolder } from './cache-folder.ts';
import { DEBIAN_PROGRAMS, type DebianProgram, ensurePrograms } from './debian.ts';
import { ensureNodes } from './nodes.ts';
import { layTraefikSources } from './traefik-sources.ts';

/** Where the executables are. */
export interface ServerPaths {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly kubectl: string;
  readonly prometheus: string;
}

/** What looks at a cluster with the eyes of Argo: where the executables are. */
export interface ArgoPaths {
  /** `kubectl argo rollouts`. */
  readonly plugin: string;
  /** Objects in, one JSON document a line; the health that Argo CD's scripts give them out. */
  readonly health: string;
}

const run = promisify(execFile);
const here = import.meta.dirname;
const controlPlane = join(here, 'control-plane');
const prometheus = join(here, 'prometheus');
const argoPlugin = join(here, 'argo-plugin');
const argoHealth = join(here, 'argo-health');
const argoController = join(here, 'argo-controller');
const influxdb = join(here, 'influxdb');
const traefik = join(here, 'traefik');
const tofu = join(here, 'tofu');
const awsProvider = join(here, 'aws-provider');
const actionlint = join(here, 'actionlint');
const helm = join(here, 'helm');
const needsGo =
  'Go is needed to build the servers of the end-to-end tests: install Go 1.26.6 or newer (https://go.dev/dl) and put it on the PATH.';

/**
 * Builds what is missing (about five minutes a module on two cores the first time) and promises where everything is.
 *
 * The executables stay in `$ASSAY_CACHE`, else `$XDG_CACHE_HOME/assay`, else `~/.cache/assay`, in a folder named after
 * the hash of what went into them. Several processes may build at once: the first to finish wins. A `prometheus` on the
 * PATH is used instead of a built one. Rejects with what to do where Go is missing, or with the compiler's words.
 */
export function ensureServers(): Promise<ServerPaths> {
  // Once a process: servers that start side by side must not build side by side.
  ensured ??= findOrBuild().catch((error: unknown) => {
    ensured = undefined;
    throw error;
  });
  return ensured;
}

let ensured: Promise<ServerPaths> | undefined;

async function findOrBuild(): Promise<ServerPaths> {
  const [planeFolder, prometheusPath] = [await ensureBuilt(controlPlane), await ensurePrometheus()];
  return {
    etcd: join(planeFolder, 'etcd'),
    apiServer: join(planeFolder, 'kube-apiserver'),
    controllerManager: join(planeFolder, 'kube-controller-manager'),
    kubectl: join(planeFolder, 'kubectl'),
    prometheus: prometheusPath,
  };
}

/** The same for what Argo itself looks with: about three minutes the first time. */
export async function ensureArgo(): Promise<ArgoPaths> {
  const [plugin, health] = [await ensureBuilt(argoPlugin), await ensureBuilt(argoHealth)];
  return { plugin: join(plugin, 'kubectl-argo-rollouts'), health: join(health, 'argo-health') };
}

/** The same for Argo's own controller: promises where it is. */
export async function ensureArgoController(): Promise<string> {
  return join(await ensureBuilt(argoController), 'rollouts-controller');
}

/** The same for InfluxDB, less than two minutes the first time: promises where `influxd` is. */
export async function ensureInfluxdb(): Promise<string> {
  return join(await ensureBuilt(influxdb), 'influxd');
}

/** Installs Graphite, in seconds: promises the folder of a Python's virtual environment with carbon and graphite-web. */
export function ensureGraphite(): Promise<string> {
  return ensureInstalled({
    name: 'graphite-1.1.10',
    pins: join(here, 'graphite/requirements.txt'),
    needs: 'Graphite, a metric source of the tests, needs python3 (3.10 to 3.12, with venv) on the PATH',
    // Else carbon and graphite-web go to /opt/graphite, past the virtual environment.
    install: (folder, pins) => installPython(folder, pins, { GRAPHITE_NO_PREFIX: 'True' }),
  });
}

/** The same for Traefik, a proxy that reads what routers write: about four minutes the first time. */
export async function ensureTraefik(): Promise<string> {
  return join(await ensureBuilt(traefik, layTraefikSources), 'traefik');
}

/** The same for Helm, about two minutes the first time: promises where `helm` is. */
export async function ensureHelm(): Promise<string> {
  return join(await ensureBuilt(helm), 'helm');
}

/**
 * The same for OpenTofu, about five minutes the first time, and for what stands in for its provider of AWS: promises where
 * the two are.
 */
export async function ensureTofu(): Promise<{ readonly tofu: string; readonly awsProvider: string }> {
  const [tofuFolder, providerFolder] = [await ensureBuilt(tofu), await ensureBuilt(awsProvider)];
  return { tofu: join(tofuFolder, 'tofu'), awsProvider: join(providerFolder, 'terraform-provider-aws') };
}

/** The same for actionlint, in seconds: promises where it is; `undefined` where there is no Go that could build it. */
export async function ensureActionlint(): Promise<string | undefined> {
  if ((await findGo(actionlint)) === undefined) return undefined;
  return join(await ensureBuilt(actionlint), 'actionlint');
}

/**
 * Whether tests that need the servers are to run: with `ASSAY_E2E=required` always (then a missing Go fails them), else
 * where a Go that can build them is found. Never builds.
 */
export async function serversAvailable(): Promise<boolean> {
  if (process.env['ASSAY_E2E'] === 'required') return true;
  return (await findGo(controlPlane)) !== undefined;
}

async function ensurePrometheus(): Promise<string> {
  const installed = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'prometheus'))
    .find((path) => existsSync(path));
  return installed ?? join(await ensureBuilt(prometheus), 'prometheus');
}

/** Promises the folder with the module's executables; `lay` promises where it can be built, if that is elsewhere. */
async function ensureBuilt(module: string, lay = async (folder: string) => folder): Promise<string> {
  const name = basename(module);
  const go = await findGo(module);
  if (go === undefined) throw new Error(needsGo);
  const flags = await buildFlags(module);
  const final = join(cacheFolder(), `${name}-${await fingerprint(module, go, flags)}`);
  if (existsSync(final)) return final;

  await mkdir(dirname(final), { recursive: true });
  const partial = await mkdtemp(`${final}.partial-`);
  try {
    await compile(name, await lay(module), [...flags, '-o', `${partial}/`, 'tool']);
    // Named by Go after the last folder of its path, go.etcd.io/etcd/server/v3.
    if (module === controlPlane) await rename(join(partial, 'server'), join(partial, 'etcd'));
    await rename(partial, final);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(final)) throw error; // Else another process was faster, and its build is the same.
  }
  return final;
}

/** The version of a Go that suits the module, `undefined` if there is none. */
async function findGo(module: string): Promise<string | undefined> {
  try {
    // Inside the module, since Go may switch to the toolchain that go.mod asks for, or refuse to.
    const { stdout } = await run('go', ['env', 'GOVERSION'], { cwd: module });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

async function fingerprint(module: string, go: string, flags: readonly string[]): Promise<string> {
  const names = await readdir(module);
  const files = await Promise.all(names.toSorted().map((name) => readFile(join(module, name))));
  const hash = createHash('sha256').update([go, process.platform, process.arch, ...flags].join('\n'));
  for (const file of files) hash.update(file);
  return hash.digest('hex').slice(0, 16);
}

async function buildFlags(module: string): Promise<string[]> {
  const linker = ['-s', '-w'];
  const goMod = await readFile(join(module, 'go.mod'), 'utf8');
  const kubernetes = /^\s*k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/m.exec(goMod);
  if (kubernetes !== null) {
    const [, version, major, minor] = kubernetes;
    // Without a version of its own the API server calls itself v0.0.0, and clients warn of the skew.
    for (const [key, value] of Object.entries({ gitVersion: version, gitMajor: major, gitMinor: minor })) {
      linker.push('-X', `k8s.io/component-base/version.${key}=${value}`);
    }
  }
  const [, version] = /^\s*helm\.sh\/helm\/v3 (v\S+)/m.exec(goMod) ?? [];
  const [, minor] = /^\s*k8s\.io\/client-go v0\.(\d+)/m.exec(goMod) ?? [];
  if (version !== undefined && minor !== undefined) {
    // Without them charts are rendered for Kubernetes 1.20 where no cluster is asked.
    linker.push('-X', `helm.sh/helm/v3/internal/version.version=${version}`);
    for (const name of ['pkg/chartutil', 'pkg/lint/rules']) {
      linker.push(
        '-X',
        `helm.sh/helm/v3/${name}.k8sVersionMajor=1`,
        '-X',
        `helm.sh/helm/v3/${name}.k8sVersionMinor=${minor}`,
      );
    }
  }
  return ['-trimpath', '-buildvcs=false', '-mod=readonly', '-ldflags', linker.join(' ')];
}

async function compile(name: string, folder: string, args: readonly string[]): Promise<void> {
  const startedAt = Date.now();
  const say = (text: string): boolean => process.stderr.write(`assay: ${name}: ${text}\n`);
  say('building from source, once; a few minutes');

  // No C compiler needed, and no workspace of the user's in the way.
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
  const child = spawn('go', ['build', '-v', ...args], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let packages = 0;
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    packages += 1;
    tail.push(line);
    if (tail.length > 30) tail.shift();
  });
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000);
  const progress = setInterval(() => say(`${packages} packages, ${seconds()} s`), 15_000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`go build of ${name} failed:\n${tail.join('\n')}`);
    say(`built in ${seconds()} s`);
  } finally {
    clearInterval(progress);
  }
}

if (import.meta.main) {
  try {
    const emulators = (await emulatorsAvailable())
      ? { ...(await ensureEmulators()), motoOfStacks: await ensureMotoOfStacks() }
      : {};
    const servers = {
      ...(await ensureServers()),
      ...(await ensureArgo()),
      argoController: await ensureArgoController(),
      helm: await ensureHelm(),
      influxd: await ensureInfluxdb(),
      graphite: await ensureGraphite(),
      traefik: await ensureTraefik(),
      ...(await ensureTofu()),
      awsProviderSchema: await ensureBindings(),
      actionlint: await ensureActionlint(),
      nodes: await ensureNodes(),
      ...emulators,
    };
    await ensurePrograms(...(Object.keys(DEBIAN_PROGRAMS) as DebianProgram[]));
    console.log(JSON.stringify(servers, undefined, 2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
