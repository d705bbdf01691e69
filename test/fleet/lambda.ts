import { settingsCredentials } from '../../lib/clusters/access/settings-credentials.ts';
import { guard } from '../../lib/clusters/guard.ts';
import { registeredNames } from '../../lib/clusters/registered-names.ts';
import { openRegistry } from '../../lib/clusters/registered.ts';
import { secretsManager } from '../../lib/documents/secrets-manager.ts';
import { ssmDocuments } from '../../lib/documents/ssm.ts';
import { emfMeter } from '../../lib/aws/emf-meter.ts';
import type { Runtime } from '../../lib/aws/functions.ts';
import { onMessages } from '../../lib/aws/on-message.ts';
import { onSchedule } from '../../lib/aws/on-schedule.ts';
import { jsonLog } from '../../lib/log/json-log.ts';
import { openFairTurns } from '../../lib/model/fair-turns.ts';
import { sqsQueue } from '../../lib/queues/sqs.ts';
import { eventBridgeBus } from '../../lib/sinks/eventbridge.ts';
import { openFairBuffer } from '../e2e/servers/aws/fair-buffer.ts';
import { type FleetAws, type Processor, type QueuedEntry, REGISTRY_PATH } from './aws.ts';
import type { FleetClock, Random } from './clock.ts';
import type { FleetCluster } from './cluster.ts';
import { MODEL } from './model.ts';

export interface LambdaWorld {
  readonly clock: FleetClock;
  readonly random: Random;
  readonly aws: FleetAws;
  readonly clusters: ReadonlyMap<string, FleetCluster>;
  /** The parameter `concurrentBatches` of the deployment. */
  readonly batchesAtMost: number;
}

/** What functions did, since the beginning. */
export interface LambdaCounts {
  invocations: number;
  /** By the size of the function, in MB. */
  readonly billedMs: Map<number, number>;
  environments: number;
  receives: number;
  deletes: number;
  messages: number;
  /** Messages that returned to the queue, and calls of on-schedule that failed. */
  failures: number;
  logBytes: number;
  /** Lines of the level error, at most a hundred. */
  readonly errors: string[];
}

export interface FleetLambda {
  readonly counts: LambdaCounts;
  /** The queue has taken a message. */
  queued(entry: QueuedEntry): void;
  /** What EventBridge does each minute. Promises how long it took, in milliseconds. */
  tick(): Promise<number>;
}

/** One process of a function. */
interface Environment {
  readonly runtime: Runtime;
  readonly processor: Processor;
}

interface Delivered extends QueuedEntry {
  readonly messageId: string;
}

const TIMEOUT_MS = 60_000;
const MOST_ERRORS = 100;
const BUS = 'arn:aws:events:us-east-1:111122223333:event-bus/assay';

/**
 * Lambda and its event source mapping, as modelled: environments are made where all others are busy, the one that was
 * used last is used next; batches are of what is there, of quiet groups first (fair queues), at first five at once, and
 * up to what the template allows once messages have waited for a minute.
 */
export function fleetLambda(world: LambdaWorld): FleetLambda {
  const { clock, random } = world;
  const counts: LambdaCounts = {
    invocations: 0,
    billedMs: new Map(),
    environments: 0,
    receives: 0,
    deletes: 0,
    messages: 0,
    failures: 0,
    logBytes: 0,
    errors: [],
  };
  const waiting = openFairBuffer<Delivered>();
  const idle: Environment[] = [];
  let busy = 0;
  let atOnce: number = MODEL.batchesAtFirst;
  let ids = 0;
  const schedule = openEnvironment(world, counts, MODEL.memoryMb.onSchedule);

  const bill = (memoryMb: number, ms: number): void => {
    counts.billedMs.set(memoryMb, (counts.billedMs.get(memoryMb) ?? 0) + Math.ceil(ms));
  };
  let waitedMs = 0;
  const scale = (): void => {
    if (waiting.size() > 0) {
      atOnce = Math.min(atOnce + MODEL.batchesASecond, world.batchesAtMost);
      waitedMs = clock.nowMs();
    } else if (clock.nowMs() - waitedMs >= MODEL.scaleDownAfterMs) {
      atOnce = MODEL.batchesAtFirst;
    }
    dispatch();
    clock.timers.after(1000, scale);
  };
  clock.timers.after(1000, scale);

  const dispatch = (): void => {
    while (waiting.size() > 0 && busy < atOnce) {
      busy += 1;
      void handle(waiting.take(MODEL.batchSize)).finally(() => {
        busy -= 1;
        dispatch();
      });
    }
  };

  const handle = async (batch: readonly Delivered[]): Promise<void> => {
    counts.receives += 1;
    counts.messages += batch.length;
    await clock.sleep(MODEL.awsMs);
    const environment = idle.pop() ?? (await start());
    const startedMs = clock.nowMs();
    counts.invocations += 1;
    await environment.processor.take(MODEL.cpu.invocation);
    const records = batch.map(({ messageId, body }) => ({ messageId, body }));
    const left = () => TIMEOUT_MS - (clock.nowMs() - startedMs);
    const failed = await onMessages(records, environment.runtime, left).then(
      ({ batchItemFailures }) => new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)),
      (error: unknown) => {
        note(counts, String(error));
        return new Set(batch.map(({ messageId }) => messageId));
      },
    );
    environment.runtime.meter.flush();
    bill(MODEL.memoryMb.onMessage, clock.nowMs() - startedMs);
    idle.push(environment);
    counts.failures += failed.size;
    if (failed.size < batch.length) counts.deletes += 1;
    for (const item of batch) {
      waiting.done(item);
      if (failed.has(item.messageId)) clock.timers.after(MODEL.visibilityTimeoutMs, () => arrive(item));
    }
  };
  const start = async (): Promise<Environment> => {
    const environment = openEnvironment(world, counts, MODEL.memoryMb.onMessage);
    bill(MODEL.memoryMb.onMessage, MODEL.coldStartBilledMs);
    await clock.sleep(MODEL.coldStartMs);
    return environment;
  };
  const arrive = (entry: QueuedEntry): void => {
    waiting.add({ ...entry, messageId: String((ids += 1)) });
    dispatch();
  };

  return {
    counts,
    queued(entry) {
      clock.timers.after(entry.delaySeconds * 1000 + random() * MODEL.visibilityMs, () => arrive(entry));
    },
    async tick() {
      const startedMs = clock.nowMs();
      counts.invocations += 1;
      await schedule.processor.take(MODEL.cpu.invocation);
      await onSchedule(schedule.runtime).catch((error: unknown) => {
        counts.failures += 1;
        note(counts, String(error));
      });
      const tookMs = clock.nowMs() - startedMs;
      bill(MODEL.memoryMb.onSchedule, tookMs);
      return tookMs;
    },
  };
}

function note({ errors }: LambdaCounts, line: string): void {
  if (errors.length < MOST_ERRORS) errors.push(line);
}

/** Assay's own parts as `openRuntime` puts them together, but for clusters that are in this process. */
function openEnvironment(
  { clock, random, aws, clusters }: LambdaWorld,
  counts: LambdaCounts,
  memoryMb: number,
): Environment {
  if (memoryMb === MODEL.memoryMb.onMessage) counts.environments += 1;
  const processor = openProcessor(clock, memoryMb);
  const { now } = clock;
  const client = aws.clientOf(processor);
  const write = (line: string): void => {
    counts.logBytes += line.length;
    if (line.includes('"level":"error"')) note(counts, line);
  };
  const log = jsonLog(write, now);
  const meter = emfMeter({ stage: 'fleet', write, now });
  const secrets = secretsManager(client);
  const sleep = (ms: number) => clock.sleep(ms);
  const documents = ssmDocuments({ path: REGISTRY_PATH, client, sleep, nowMs: clock.nowMs, random });
  const registry = openRegistry({
    documents,
    openCluster(name, settings) {
      const cluster = clusters.get(name);
      if (!cluster) throw new RangeError(`there is no cluster ${name}`);
      const credentials = settingsCredentials(settings, { secrets, awsCredentials, now });
      const { requestsPerSecond } = settings.limits;
      const onOpen = () => meter.unreachable(name);
      return guard(cluster.open(credentials, processor), { requestsPerSecond, now, sleep, onOpen });
    },
    now,
    log,
    onBroken: (name) => meter.broken(name),
  });
  const all = { ...registry, listNames: registeredNames(documents, log) };
  const queue = sqsQueue({
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/assay',
    maxDelaySeconds: 900,
    now,
    client,
    sleep,
    random,
  });
  let bus: ReturnType<typeof eventBridgeBus> | undefined;
  const publish: Runtime['ports']['bus']['publish'] = async (events) => {
    bus ??= eventBridgeBus({ busArn: BUS, client, sleep, random });
    await (await bus).publish(events);
  };
  const ports = { clusters: all, queue, bus: { publish }, log, meter, now };
  const runtime = { ports, clusters: all, meter, turns: openFairTurns(), schedules: new Map(), begin() {} };
  return { runtime, processor };
}

const awsCredentials = (): Promise<never> => Promise.reject(new RangeError('tokens alone'));

/** Everything in an environment shares its part of a processor, one after the other. */
function openProcessor(clock: FleetClock, memoryMb: number): Processor {
  const slowness = MODEL.wholeProcessorMb / memoryMb;
  let freeMs = 0;
  return {
    async take(ms) {
      freeMs = Math.max(freeMs, clock.nowMs()) + ms * slowness;
      await clock.sleep(freeMs - clock.nowMs());
    },
  };
}
