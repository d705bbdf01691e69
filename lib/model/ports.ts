import type { Bus } from './bus.ts';
import type { Clusters } from './cluster.ts';
import type { Connections, ConnectionUse } from './connections.ts';
import type { RoutesMemory } from './left-routes.ts';
import type { LoadBalancers } from './load-balancer.ts';
import type { ProviderSettings } from './provider.ts';
import type { Queue } from './queue.ts';
import type { EventRecord } from './outcome.ts';
import type { ObjectRef } from './ref.ts';

/** All effects come in through this one argument. */
export interface Ports {
  readonly clusters: Clusters;
  readonly queue: Queue;
  /** Hears of what came out; see `model/outcome-event.ts`. */
  readonly bus: Bus;
  readonly log: Log;
  readonly meter: Meter;
  readonly now: () => Date;
  /** What is set for the metrics of a cluster. */
  readonly settingsOf?: (cluster: string) => ProviderSettings;
  /** Where the weights of a cluster's load balancers are verified; nothing: they are not. */
  readonly loadBalancersOf?: (cluster: string) => LoadBalancers | undefined;
  /** What steps have left of the objects of traffic routers; nothing: each step reads them. */
  readonly routes?: RoutesMemory;
  /** How the metric sources of a cluster are reached; nothing: as metrics say. */
  readonly connectionsOf?: (cluster: string) => Connections | undefined;
  /** Waits for a turn that may be long in coming, without the place that the step has among others. */
  readonly aside?: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Ends what steps wait for: they throw ASSAY_STEP_ABORTED then, and have written nothing. */
  readonly signal?: AbortSignal;
  /** Where steps have to be done by some time. */
  readonly time?: StepTime;
}

/** What a step may wait for; it throws ASSAY_STEP_ABORTED before it begins what it cannot wait for. */
export interface StepTime {
  /** Of one that begins in time. No request is given more. */
  readonly mostMs: number;
  leftMs(): number;
}

/** One JSON line a call. Fields never hold secrets. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Where figures about the work itself go: Prometheus in `assay serve`, CloudWatch on AWS. */
export interface Meter {
  /** A step of `ref` took so long, all I/O included. */
  stepped(ref: ObjectRef, seconds: number): void;
  /** A step of `ref` failed and will be tried again. */
  failed(ref: ObjectRef): void;
  /** A step of `ref` told an Event on it. */
  told?(ref: ObjectRef, event: Pick<EventRecord, 'type' | 'reason'>): void;
  /** A measurement was taken, and has ended. */
  measured(ref: ObjectRef, measurement: MeasurementTimes): void;
  /** A request went by a connection. */
  connected?(use: ConnectionUse): void;
}

/** When a measurement of a metric was taken; times in milliseconds since 1970. */
export interface MeasurementTimes {
  readonly metric: string;
  readonly startedMs: number;
  readonly finishedMs: number;
  /** The one before ended then, as the status has it: in whole seconds, cut off. Absent for the first. */
  readonly previousMs?: number;
  /** What was to pass between the end of the one before and the start of this one. */
  readonly intervalMs?: number;
}
