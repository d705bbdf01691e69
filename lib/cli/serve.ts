import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { AddressMode } from '../clusters/api/addresses.ts';
import { awsLoadBalancers } from '../connections/aws-load-balancers.ts';
import { machineCredentials } from '../connections/machine-credentials.ts';
import { tuneHeap } from '../serve/heap.ts';
import { type HttpSettings, openHttp } from '../http/open-http.ts';
import { SHARES } from '../model/limits.ts';
import { isServicePattern } from '../model/service-rules.ts';
import { type HostPort, parseHostPort } from '../model/host-port.ts';
import { kindsFor } from '../kinds/registry.ts';
import { batchedLines } from '../log/batched-lines.ts';
import { jsonLog } from '../log/json-log.ts';
import type { ClusterRouters } from '../model/cluster-routers.ts';
import type { PluginSettings } from '../model/plugin-settings.ts';
import type { Log } from '../model/ports.ts';
import { eventsRoute } from '../serve/events-route.ts';
import { serve, type Serving } from '../serve/serve.ts';
import { parseShard, type Shard } from '../serve/shard.ts';
import { statusPages } from '../serve/status-pages.ts';
import { openServer, type WebServer } from '../web/server.ts';
import { openServedClusters } from '../serve/served-clusters.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { routerOption } from './router-option.ts';
import { loadPlugins, pluginOption } from './plugin-option.ts';
import { type ListenFlags, type ListenSettings, readListenFlags } from './listen-options.ts';
import { metricEnvironment } from './metric-environment.ts';
import type { ServeSettings } from './serve-settings.ts';
import type { OpenConnections } from './settings-connections.ts';

interface ServeCommandOptions extends ListenFlags {
  readonly kubeconfig?: string;
  readonly context: readonly string[];
  readonly allContexts?: boolean;
  readonly shard?: Shard;
  readonly namespace?: string;
  readonly selector?: string;
  readonly instanceId?: string;
  readonly rollouts?: boolean;
  readonly router: ClusterRouters;
  readonly metrics: HostPort;
  readonly allowHost: readonly string[];
  readonly settings?: string;
  readonly serviceAddresses?: AddressMode;
  readonly service: readonly string[];
  readonly shortServiceNames: boolean;
  readonly prometheusAddress?: string;
  readonly controllerNamespace?: string;
  readonly plugin: PluginSettings;
  readonly awsRole: readonly string[];
  readonly awsProfile: readonly string[];
  readonly awsVerifyTargetGroup?: boolean;
  readonly albTagKeyResourceId?: string;
  readonly concurrency: number;
  readonly qps: number;
  readonly burst: number;
}

const HELP = `
Each context is one cluster; without --context it is the current one, in a pod the pod's own. The watch of each is
kept by itself: a cluster that cannot be reached is tried again and slows no other down. Nothing is kept but in the
clusters: after a stop, or a crash, the next start goes on from the statuses.

With --shard several processes share out the contexts that each is given, the same ones: a context is served by one of them,
by its name. With one shard less, each of the others begins anew with the new total, and takes over what was that one's; who
serves what stays else. Two that serve a cluster for a moment do no harm: who wins the write goes on (docs/clusters.md).

With --instance-id only objects are served that carry it in the label
argo-rollouts.argoproj.io/controller-instance-id; without it only those that carry none. So Assay and Argo's
controller can share a cluster. The runs of an Experiment carry its instance id; with --selector they want the labels
too, which spec.analysisRunMetadata gives them.

Private networks may be requested; loopback and link-local addresses only where --allow-host lists them, the metadata
services of clouds never. <service>.<namespace>.svc is reached through the API server's proxy, in a pod directly.
Through the proxy a run may reach the Services of its own namespace, put queries to any Prometheus, and reach what
--service lists. <service> and <service>.<namespace> mean what they mean in a pod, where such a Service is there.

Requests beyond --qps wait their turn, namespace by namespace; watches, and what metrics ask of Services, do not count. The
defaults are six times those of Argo's controller: each measurement is a write.

With --listen, the webhooks of clusters (assay manifests --bus-url) may post their events, so that changes are heard of
even while a watch is away. --listen-tokens names a file of JSON with a token for each cluster, {"staging": "…"}: who
sends it speaks for that cluster alone. Whoever knows the token of --listen-token-file speaks for all clusters. With
--listen-cert and --listen-key it goes over HTTPS, and files that are replaced are read anew within a minute (let webhooks
trust an authority of your own with NODE_EXTRA_CA_CERTS); without them keep it within a network that you trust.

With --plugin the metrics of a plugin are served (docs/plugins.md). A module becomes part of this process and may do all that
it may: only who starts it names modules, never a template.

Pages: /metrics, /healthz, /readyz.   Log: one line of JSON a step, on standard output.

Examples:
  assay serve --kubeconfig ~/.kube/config --context staging --context production
  assay serve --all-contexts --shard 1/3
  assay serve --namespace shop --instance-id assay
  assay serve --allow-host 127.0.0.1 --metrics 0.0.0.0:8090`;

/** `assay serve`: looks after the AnalysisRuns and Experiments of clusters until it is told to stop. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('serve')
    .description('Serve clusters: run their AnalysisRuns and Experiments, and write the verdicts back.')
    .option('--kubeconfig <file>', 'default: as kubectl finds it, or the service account of the pod')
    .addOption(
      new Option('--context <name>', 'cluster to serve; may be repeated')
        .argParser(collect)
        .default([], 'the current one'),
    )
    .option('--all-contexts', 'serve every context of the kubeconfig')
    .addOption(
      new Option('--shard <index/of>', 'serve a share of the contexts only; 1/3, or pod-0/3 in a StatefulSet')
        .env('ASSAY_SHARD')
        .argParser(readShard),
    )
    .option('-n, --namespace <name>', 'serve one namespace only')
    .option('-l, --selector <labels>', 'serve only AnalysisRuns and Experiments with these labels')
    .option('--instance-id <id>', 'serve what carries this controller instance id')
    .option('--rollouts', 'serve Rollouts too, where no controller of Argo Rollouts does')
    .addOption(routerOption('traffic router of these Rollouts, whose objects are watched'))
    .addOption(
      new Option('--metrics <host:port>', 'where to serve the pages')
        .argParser((text) => readAddress('--metrics', text))
        .default({ host: '127.0.0.1', port: 8090 }, '127.0.0.1:8090'),
    )
    .addOption(
      new Option('--listen <host:port>', 'where to take events from webhooks').argParser((text) =>
        readAddress('--listen', text),
      ),
    )
    .option('--listen-tokens <file>', 'a token for each cluster, JSON: what its webhook must know to post events')
    .option('--listen-token-file <file>', 'one token for all of them')
    .option('--listen-cert <file>', 'certificate to listen with, PEM; with it events are taken over HTTPS')
    .option('--listen-key <file>', 'its key, PEM')
    .addOption(
      new Option(
        '--allow-host <host>',
        'host, address or network that requests may go to all the same; may be repeated',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--service-addresses <mode>', 'how <service>.<namespace>.svc is reached').choices([
        'direct',
        'proxy',
        'deny',
      ]),
    )
    .addOption(
      new Option(
        '--service <namespace/service:port>',
        'Service that metrics of other namespaces may reach through the proxy; * for anything; may be repeated',
      )
        .argParser(collectService)
        .default([], 'none'),
    )
    .option(
      '--no-short-service-names',
      'take <service> and <service>.<namespace> for hosts of the network, not for Services',
    )
    .option('--settings <file>', 'connections to metric sources, and plugins, YAML or JSON (docs/connections.md)')
    .option('--prometheus-address <url>', 'for Prometheus metrics that name no address')
    .option(
      '--controller-namespace <name>',
      'namespace of the Secrets that metrics take their keys from (default: argo-rollouts)',
    )
    .addOption(pluginOption())
    .addOption(
      new Option('--aws-role <arn>', 'role that metrics may name (sigv4.roleArn); may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--aws-profile <name>', 'profile that metrics may name (sigv4.profile); may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--aws-verify-target-group', 'Rollouts wait until load balancers of AWS have their weights and pods')
    .option(
      '--alb-tag-key-resource-id <key>',
      'tag that says what a target group was made for (default: ingress.k8s.aws/resource)',
    )
    .addOption(countOption('--concurrency <steps>', 'steps of one namespace of a cluster at once', SHARES.stepsAtOnce))
    .addOption(countOption('--qps <requests>', 'requests to an API server in a second', SHARES.requestsPerSecond))
    .addOption(countOption('--burst <requests>', 'as many may go at once after a pause', SHARES.requestsAtOnce))
    .addHelpText('after', HELP)
    .action(async (options: ServeCommandOptions) => exitWith(await run(options, console)));
}

function collectService(text: string, before: readonly string[]): readonly string[] {
  if (!isServicePattern(text)) throw new InputError(`--service: expected namespace/service:port, got "${text}"`);
  return [...before, text];
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function readShard(text: string): Shard {
  const shard = parseShard(text);
  if (!shard) throw new InputError(`--shard: expected 1/3, or the name of a pod such as assay-0/3, got "${text}"`);
  return shard;
}

function readAddress(option: string, text: string): HostPort {
  const address = parseHostPort(text);
  if (!address) throw new InputError(`${option}: expected host:port such as 127.0.0.1:8090, got "${text}"`);
  return { host: '0.0.0.0', ...address };
}

function countOption(flags: string, description: string, byDefault: number): Option {
  const option = new Option(flags, description).default(byDefault);
  return option.argParser((text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1) return count;
    throw new InputError(`${option.long}: expected a whole number from 1, got "${text}"`);
  });
}

async function run(options: ServeCommandOptions, console: Console): Promise<ExitCode> {
  tuneHeap(options.rollouts ? { growsBy: 100, youngMb: 16 } : {});
  const listen = readListenFlags(options);
  const lines = batchedLines((text) => console.out.write(text));
  const log = jsonLog(lines.write, now);
  const file = await readSettings(options.settings);
  const plugins = await loadPlugins({ ...file?.plugins, ...options.plugin });
  const { kubeconfig, prometheusAddress, controllerNamespace, concurrency, allowHost } = options;
  const rules = { privateNetworks: 'allow', allow: allowHost } as const;
  const openConnections = file && (await connectionsIn(file, rules));
  let serving: Serving | undefined;
  const served = await openServedClusters({
    ...options,
    source: kubeconfig === undefined ? { default: true } : { file: kubeconfig },
    contexts: options.allContexts === true ? 'all' : options.context,
    shard: options.shard ?? (file?.shard === undefined ? undefined : parseShard(file.shard)),
    addressMode: options.serviceAddresses ?? (isInPod() ? 'direct' : 'proxy'),
    openHttp: () => openHttp(rules),
    services: options.service,
    routers: options.router,
    rate: { qps: options.qps, burst: options.burst },
    // Nothing is read before it serves.
    onSetAside: (cluster, kind) => serving?.setAside(cluster, kind),
    log,
    now,
  });
  const { clusters } = served;
  const settings = {
    awsCredentials: machineCredentials({ roles: options.awsRole, profiles: options.awsProfile }),
    ...metricEnvironment(console.env),
    ...plugins,
    ...(prometheusAddress !== undefined && { prometheusAddress }),
    ...(controllerNamespace !== undefined && { controllerNamespace }),
  };
  // An address that is taken must be known before anything is measured.
  const receive: Serving['receive'] = async (ref, mayRead) => serving?.receive(ref, mayRead);
  const servers = await openServers({ metrics: options.metrics, listen }, clusters, {
    serving: () => serving,
    receive,
    log,
  }).catch(async (error: unknown) => {
    await served.close();
    throw error;
  });
  const kinds = kindsFor(options);
  const { awsVerifyTargetGroup = false, albTagKeyResourceId: resourceTag } = options;
  const loadBalancers = awsVerifyTargetGroup
    ? awsLoadBalancers({ credentials: settings.awsCredentials, resourceTag })
    : undefined;
  serving = await serve({
    clusters,
    log,
    now,
    concurrencyPerCluster: concurrency,
    settings,
    loadBalancers,
    openConnections,
    kinds,
  });
  const { pages, events } = servers;
  log.info('serving', {
    clusters: clusters.map(({ name }) => name),
    pages: pages.url,
    ...(events && { events: events.url }),
  });

  try {
    await Promise.race([interrupted(console), serving.failed]);
  } finally {
    // Also after a bug: a process that serves nothing and answers that all is well would never be started anew.
    log.info('stopping', {});
    await events?.close();
    await serving.stop();
    await pages.close();
    await served.close();
  }
  log.info('stopped', {});
  return EXIT.ok;
}

/** Loaded for those who have some. */
async function readSettings(path: string | undefined): Promise<ServeSettings | undefined> {
  if (path === undefined) return undefined;
  const { readServeSettings } = await import('./serve-settings.ts');
  return readServeSettings(path);
}

async function connectionsIn(settings: ServeSettings, rules: HttpSettings): Promise<OpenConnections> {
  const { settingsConnections } = await import('./settings-connections.ts');
  return settingsConnections(settings, rules);
}

interface Servers {
  readonly pages: WebServer;
  readonly events: WebServer | undefined;
}

/** @throws AssayError ASSAY_LISTEN_FAILED, with neither open */
async function openServers(
  { metrics, listen }: { readonly metrics: HostPort; readonly listen: ListenSettings | undefined },
  clusters: readonly { readonly name: string }[],
  { serving, receive, log }: ServersOptions,
): Promise<Servers> {
  const pages = await openServer({ address: metrics, routes: statusPages(serving), log });
  if (!listen) return { pages, events: undefined };
  const names = clusters.map(({ name }) => name);
  const unknown = listen.tokens.flatMap(({ name }) => (name === undefined || names.includes(name) ? [] : [name]));
  if (unknown.length > 0) log.warn('tokens of clusters that are not served', { clusters: unknown });
  const { address, tokens, tls } = listen;
  const routes = [eventsRoute({ tokens, clusters: names, receive, log, now })];
  try {
    return { pages, events: await openServer({ address, routes, log, ...(tls && { tls }) }) };
  } catch (error) {
    await pages.close();
    throw error;
  }
}

interface ServersOptions {
  readonly serving: () => Serving | undefined;
  readonly receive: Serving['receive'];
  readonly log: Log;
}

function now(): Date {
  return new Date();
}

/** @source the path that rest.InClusterConfig of k8s.io/client-go reads */
function isInPod(): boolean {
  return existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token');
}

/** At the first Ctrl-C or SIGTERM; another one then ends the process as it stands. */
function interrupted(console: Console): Promise<void> {
  return new Promise((resolve) => {
    const forget = console.onInterrupt(() => {
      forget();
      resolve();
    });
  });
}
