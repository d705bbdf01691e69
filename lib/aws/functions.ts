import { setFlagsFromString } from 'node:v8';
import type { MiddlewareObj } from '@middy/core';
import { lazyBus } from '../sinks/open-bus.ts';
import { type FairTurns, openFairTurns } from '../model/fair-turns.ts';
import { openRoutesMemory } from '../model/left-routes.ts';
import type { Log, Ports } from '../model/ports.ts';
import type { DeliveringQueue } from '../model/queue.ts';
import { openQueue } from '../queues/open-queue.ts';
import { emfMeter, type EmfMeter } from './emf-meter.ts';
import { guard } from '../clusters/guard.ts';
import { jsonLog } from '../log/json-log.ts';
import { openRegisteredClusters, type RegisteredClusters } from './registered-clusters.ts';
import type { Environment } from '../model/settings.ts';
import { readSettings } from './settings.ts';
import { errorFields } from '../log/error-fields.ts';
import type { ScheduleMemory } from '../schedules/schedule-memory.ts';

/** What a function has between invocations: the registry, and connections to all that it speaks with. */
export interface Runtime {
  readonly ports: Ports & { readonly queue: DeliveringQueue };
  /** Those of the ports. To be refreshed with each batch. */
  readonly clusters: Pick<RegisteredClusters, 'refresh' | 'settingsOf' | 'listNames'>;
  readonly meter: EmfMeter;
  /** Of the steps of each cluster. */
  readonly turns: FairTurns;
  /** What is remembered of the schedules of each cluster, by its name. */
  readonly schedules: Map<string, ScheduleMemory>;
  /** Lines of the log carry the id of the invocation from now on. */
  readonly begin: (requestId: string) => void;
}

export interface RuntimeOptions {
  /** Default: standard output, which Lambda puts into the log. */
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

/** Opens what the environment says; connects to nothing yet. @throws AssayError ASSAY_SETTING_INVALID */
export function openRuntime(environment: Environment, options: RuntimeOptions = {}): Runtime {
  const { write = toStdout, now = clock } = options;
  const settings = readSettings(environment);
  const { stage, queueUrl, busArn, registryPath, maxDelaySeconds, registryMaxAgeMs, sharedSecrets } = settings;
  let requestId = '';
  const log = withField(jsonLog(write, now), () => ({ requestId }));
  const meter = emfMeter({ stage, write, now });
  const runtimeApi = environment['AWS_LAMBDA_RUNTIME_API'];
  const clusters = openRegisteredClusters({
    registryPath,
    maxAgeMs: registryMaxAgeMs,
    sharedSecrets,
    now,
    log,
    onBroken: (name) => meter.broken(name),
    onUse: (use) => meter.connected?.(use),
    guard: (cluster, { limits: { requestsPerSecond } }) =>
      guard(cluster, {
        requestsPerSecond,
        now,
        onOpen() {
          meter.unreachable(cluster.name);
          log.warn('cluster not asked for a while', { cluster: cluster.name });
        },
      }),
    ...(runtimeApi !== undefined && { runtimeApi }),
  });
  const queue = openQueue({ queueUrl, maxDelaySeconds, now });
  const settingsOf = (name: string) => clusters.providerSettingsOf(name);
  return {
    ports: {
      clusters,
      queue,
      bus: lazyBus(busArn),
      log,
      meter,
      now,
      settingsOf,
      loadBalancersOf: (name) => clusters.loadBalancersOf(name),
      connectionsOf: (name) => clusters.connectionsOf(name),
      routes: openRoutesMemory(),
    },
    clusters,
    meter,
    turns: openFairTurns(),
    schedules: new Map(),
    begin: (id) => void (requestId = id),
  };
}

/** The runtime of a container: opened with its first invocation, and kept. */
export function keptRuntime(environment: Environment): () => Runtime {
  let runtime: Runtime | undefined;
  const open = (): Runtime => {
    // The flags are the whole process's, which is Lambda's alone.
    if (environment['AWS_LAMBDA_RUNTIME_API'] !== undefined) keepHeapSmall();
    return openRuntime(environment);
  };
  return () => (runtime ??= open());
}

/**
 * Left alone, V8 lets garbage pile up: 390 MB after looks at a thousand clusters, of which 40 are alive, and with 512 MB a
 * process that grows is killed. Collected sooner it is less than half of that (`npm run bench:fleet`).
 */
function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}

/** The way in and out of an invocation: its log lines carry its id, its figures are written, its failure is logged. */
export function invocation(runtime: () => Runtime): MiddlewareObj {
  return {
    before: ({ context }) => runtime().begin(context.awsRequestId),
    after: () => runtime().meter.flush(),
    onError({ error }) {
      const { ports, meter } = runtime();
      ports.log.error('invocation failed', errorFields(error));
      meter.flush();
    },
  };
}

function withField(log: Log, field: () => Readonly<Record<string, unknown>>): Log {
  return {
    info: (message, fields) => log.info(message, { ...fields, ...field() }),
    warn: (message, fields) => log.warn(message, { ...fields, ...field() }),
    error: (message, fields) => log.error(message, { ...fields, ...field() }),
  };
}

function toStdout(line: string): void {
  process.stdout.write(line);
}

function clock(): Date {
  return new Date();
}
