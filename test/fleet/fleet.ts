import { changeEvent } from '../../lib/model/change-event.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { aClusterDocument } from '../builders.ts';
import { billOf, type AwsUsage } from '../bench/aws-prices.ts';
import { count, type FleetAws, fleetAws, REGISTRY_PATH } from './aws.ts';
import { type FleetClock, fleetClock, type Random, seededRandom } from './clock.ts';
import { type FleetCluster, fleetCluster, type Health } from './cluster.ts';
import { type FleetLambda, fleetLambda } from './lambda.ts';
import { MODEL } from './model.ts';
import { warmUp } from './warm-up.ts';

export interface FleetOptions {
  readonly clusters: number;
  /** The parameter `concurrentBatches` of the deployment. */
  readonly batchesAtMost: number;
  /** Of them; each has `runs` runs that measure every `intervalSeconds`. */
  readonly busy: number;
  readonly runs: number;
  readonly intervalSeconds: number;
  /** How many of the others fall ill, and have as many runs as a busy one. */
  readonly ill: {
    readonly silent: number;
    readonly refusing: number;
    readonly flooding: number;
    readonly denied: number;
  };
  /** Events a second of each that floods, about runs that are not there. */
  readonly floodASecond: number;
  /** Clusters that are added, one after the other, while the ill are ill. */
  readonly added: number;
  /** Virtual minutes of each part. */
  readonly minutes: number;
  readonly seed?: number;
}

/** What one part of the simulation came to. */
export interface FleetPart {
  readonly minutes: number;
  /** Seconds, ascending, of the clusters that are well. */
  readonly late: readonly number[];
  readonly measurements: number;
  readonly usage: AwsUsage;
  readonly dollars: number;
  /** Requests to AWS by name. */
  readonly aws: ReadonlyMap<string, number>;
  readonly throttled: number;
  /** To the API servers of clusters that are well. */
  readonly apiRequests: number;
  readonly messages: number;
  /** Of on-message, at its end. */
  readonly environments: number;
}

export interface FleetReport {
  /** Nothing to measure anywhere. */
  readonly idle: FleetPart;
  /** The busy ones measure. */
  readonly alone: FleetPart;
  /** The same while others are ill. */
  readonly beside: FleetPart;
  /** Until a cluster was first asked something after it was added, in seconds. */
  readonly firstSeconds: readonly number[];
  /** The longest that on-schedule took, in seconds. */
  readonly scheduleSeconds: number;
  /** Messages that came back to the queue, and calls of on-schedule that failed. */
  readonly failures: number;
  readonly errors: readonly string[];
  /** To one of the clusters that say nothing, of all environments, at most. */
  readonly silentRequests: number;
}

const START_MS = Date.parse('2026-11-05T10:00:00Z');
const MINUTE_MS = 60_000;
/** A cluster is added in the first minute of a part, and is to be served two minutes later. */
const SERVED_MINUTES = 3.1;

interface World {
  readonly clock: FleetClock;
  readonly random: Random;
  readonly aws: FleetAws;
  readonly lambda: FleetLambda;
  readonly clusters: Map<string, FleetCluster>;
  readonly ill: ReadonlySet<string>;
  /** Since it was last emptied. */
  late: number[];
}

/**
 * A deployment with its clusters in one process, by a clock that goes as fast as what happens. Assay's own code runs, with
 * the clients of the SDK; latencies, AWS and API servers are those of `MODEL`, clusters are in memory.
 */
export async function playFleet(options: FleetOptions): Promise<FleetReport> {
  await warmUp();
  const clock = fleetClock(START_MS);
  try {
    return await play(openWorld(options, clock), options);
  } finally {
    clock.restore();
  }
}

function openWorld({ seed = 1, batchesAtMost }: FleetOptions, clock: FleetClock): World {
  const random = seededRandom(seed);
  const clusters = new Map<string, FleetCluster>();
  const aws = fleetAws(clock, random, (entry) => lambda.queued(entry));
  const lambda = fleetLambda({ clock, random, aws, clusters, batchesAtMost });
  return { clock, random, aws, lambda, clusters, ill: new Set(), late: [] };
}

function addCluster(world: World, name: string): FleetCluster {
  const { clock, random, aws, clusters } = world;
  const secret = `${REGISTRY_PATH.slice(1)}/${name}`;
  const settings = { endpoint: `https://${name}.example.com`, authentication: { token: { secret } } };
  const cluster = fleetCluster(name, clock, random, (seconds) => {
    if (cluster.health === 'well' && !flooding.has(cluster)) world.late.push(seconds);
  });
  clusters.set(name, cluster);
  aws.documents.set(name, JSON.stringify(aClusterDocument(settings)));
  return cluster;
}
const flooding = new WeakSet<FleetCluster>();

async function play(world: World, options: FleetOptions): Promise<FleetReport> {
  const { clock, lambda, clusters } = world;
  for (let index = 0; index < options.clusters; index += 1) addCluster(world, nameOf(index));
  const names = [...clusters.keys()];
  let scheduleMs = 0;
  let isOver = false;
  const everyMinute = (): void => {
    if (isOver) return;
    void lambda.tick().then((tookMs) => (scheduleMs = Math.max(scheduleMs, tookMs)));
    clock.timers.after(MINUTE_MS, everyMinute);
  };
  everyMinute();
  await clock.run(2 * MINUTE_MS);
  const idle = await part(world, options.minutes);

  // Spread over the registry, so that busy ones, ill ones and idle ones are neighbours everywhere.
  const busy = every(names, options.busy, 0);
  await startRuns(world, busy, options);
  await clock.run(MINUTE_MS);
  const alone = await part(world, options.minutes);

  const { silent, refusing, flooding: floods, denied } = options.ill;
  const ill = every(
    names.filter((name) => !busy.includes(name)),
    silent + refusing + floods + denied,
    3,
  );
  await startRuns(world, ill, options);
  await clock.run(2 * options.intervalSeconds * 1000);
  const fallIll = (from: number, howMany: number, health: Health): void => {
    for (const name of ill.slice(from, from + howMany)) get(clusters, name).health = health;
  };
  fallIll(0, silent, 'silent');
  fallIll(silent, refusing, 'refusing');
  fallIll(silent + refusing, denied, 'denied');
  const flooded = ill.slice(silent + refusing + denied);
  for (const name of flooded) flooding.add(get(clusters, name));
  for (const name of flooded) flood(world, name, options.floodASecond, () => isOver);
  const before = ill.slice(0, silent).map((name) => get(clusters, name).requests());
  const addedMs = addLater(world, options);
  const beside = await part(world, options.minutes, Math.max(SERVED_MINUTES - options.minutes, 0));
  const silentRequests = Math.max(
    0,
    ...ill.slice(0, silent).map((name, index) => get(clusters, name).requests() - (before[index] ?? 0)),
  );
  isOver = true;
  const firstSeconds = [...addedMs].map(([name, atMs]) => ((get(clusters, name).firstMs() ?? Infinity) - atMs) / 1000);
  const { failures, errors } = lambda.counts;
  const scheduleSeconds = scheduleMs / 1000;
  return { idle, alone, beside, firstSeconds, scheduleSeconds, failures, errors, silentRequests };
}

/** Lets minutes pass, and says what they came to. @param lateMinutes  that pass too, without being counted */
async function part(world: World, minutes: number, lateMinutes = 0): Promise<FleetPart> {
  world.late = [];
  const before = counted(world);
  await world.clock.run(minutes * MINUTE_MS);
  const late = world.late.toSorted((left, right) => left - right);
  const after = counted(world);
  await world.clock.run(lateMinutes * MINUTE_MS);
  const difference = (key: 'throttled' | 'apiRequests' | 'messages' | 'invocations' | 'logBytes' | 'sqs') =>
    after[key] - before[key];
  const aws = new Map([...after.aws].map(([name, number]) => [name, number - (before.aws.get(name) ?? 0)]));
  const usage: AwsUsage = {
    sqsRequests: difference('sqs'),
    invocations: difference('invocations'),
    billed: [...after.billedMs].map(([memoryMb, ms]) => ({ memoryMb, ms: ms - (before.billedMs.get(memoryMb) ?? 0) })),
    events: aws.get('events') ?? 0,
    logBytes: difference('logBytes'),
  };
  return {
    minutes,
    late,
    measurements: late.length,
    usage,
    dollars: billOf(usage).total,
    aws,
    throttled: difference('throttled'),
    apiRequests: difference('apiRequests'),
    messages: difference('messages'),
    environments: after.environments,
  };
}

function counted({ aws, lambda, clusters }: World) {
  const { invocations, logBytes, messages, receives, deletes, billedMs, environments } = lambda.counts;
  const well = [...clusters.values()].filter(({ health }) => health === 'well');
  return {
    invocations,
    logBytes,
    messages,
    environments,
    billedMs: new Map(billedMs),
    sqs: (aws.counts.get('SendMessageBatch') ?? 0) + receives + deletes,
    aws: new Map(aws.counts),
    throttled: aws.throttled(),
    apiRequests: well.reduce((sum, cluster) => sum + cluster.requests(), 0),
  };
}

/** Creates the runs of clusters over one interval, and has the bus tell of each. */
async function startRuns(world: World, names: readonly string[], options: FleetOptions): Promise<void> {
  const { clock, clusters } = world;
  const { runs, intervalSeconds } = options;
  for (const [place, name] of names.entries()) {
    const cluster = get(clusters, name);
    for (let index = 0; index < runs; index += 1) {
      const ref = await cluster.addRun(`${name}-${index}`, intervalSeconds);
      const share = (place * runs + index) / (names.length * runs);
      clock.timers.after(share * intervalSeconds * 1000, () => tell(world, ref));
    }
  }
}

/** An event of a cluster's webhook, as the rule of the bus makes a message of it. */
function tell({ clock, aws, lambda }: World, ref: ObjectRef): void {
  const { detail } = changeEvent({ ref, verb: 'Created' });
  count(aws.counts, 'events');
  const body = JSON.stringify({ source: `assay.cluster.${ref.cluster}`, ...detail });
  clock.timers.after(MODEL.busMs, () => lambda.queued({ body, group: 'events', delaySeconds: 0 }));
}

function flood(world: World, cluster: string, aSecond: number, isOver: () => boolean): void {
  let told = 0;
  const next = (): void => {
    if (isOver()) return;
    const name = `none-${(told += 1)}`;
    tell(world, { cluster, kind: 'AnalysisRun', namespace: 'shop', name, uid: name });
    world.clock.timers.after(1000 / aSecond, next);
  };
  next();
}

/** Adds clusters at odd times of a minute. @returns when each is added, in milliseconds of the clock */
function addLater(world: World, { added, clusters }: FleetOptions): ReadonlyMap<string, number> {
  const { clock } = world;
  const addedMs = new Map<string, number>();
  for (let index = 0; index < added; index += 1) {
    // Among the others in the order of names, by which looks are spread.
    const name = `${nameOf(Math.floor((((index * 7) % added) * clusters) / added))}-added`;
    const inMs = ((index + 0.37) * MINUTE_MS) / added;
    addedMs.set(name, clock.nowMs() + inMs);
    clock.timers.after(inMs, () => void addCluster(world, name));
  }
  return addedMs;
}

function every(names: readonly string[], howMany: number, offset: number): readonly string[] {
  return Array.from(
    { length: howMany },
    (_, index) => names[(Math.floor((index * names.length) / howMany) + offset) % names.length] ?? '',
  );
}

function nameOf(index: number): string {
  return `c${String(index).padStart(4, '0')}`;
}

function get<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new RangeError(`there is no ${name}`);
  return value;
}
