import type { AnalysisRun } from './analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from './analysis-template.ts';
import type { Bus } from './bus.ts';
import type { Experiment } from './experiment.ts';
import type { EventRecord, KubernetesObject, Target } from './outcome.ts';
import type { ProviderSettings } from './provider.ts';
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
}

/** The clusters that this process looks after. */
export interface Clusters {
  /** @throws AssayError ASSAY_CLUSTER_UNKNOWN */
  get(name: string): Cluster;
  names(): readonly string[];
}

/**
 * One Kubernetes API, seen through what Assay needs of it. Every implementation passes `test/contract/cluster.ts`.
 *
 * Failures are AssayErrors: ASSAY_CLUSTER_CONFLICT (409: somebody wrote first), ASSAY_CLUSTER_EXISTS (409 on create),
 * ASSAY_CLUSTER_NOT_FOUND, ASSAY_CLUSTER_DENIED (401, 403), ASSAY_CLUSTER_REFUSED (400, 415, 422: the object or the
 * patch is wrong), ASSAY_CLUSTER_EXPIRED (410: list anew), and with `retry: true` ASSAY_CLUSTER_THROTTLED (429) and
 * ASSAY_CLUSTER_UNREACHABLE (no answer in time, connection refused, 5xx).
 */
export interface Cluster {
  readonly name: string;
  /** The object, or undefined where there is none. */
  get<K extends ResourceKind>(kind: K, key: ObjectKey): Promise<Resources[K] | undefined>;
  /** One page; go on with `continue`. Without `namespace`: all of them. */
  list<K extends ResourceKind>(kind: K, query?: ListQuery): Promise<ListPage<Resources[K]>>;
  /**
   * A list from a store that follows the cluster, a moment behind it; with what was written through here. Undefined
   * where no store holds all that is asked for.
   */
  listStored?<K extends ResourceKind>(kind: K, query: StoredQuery): readonly Resources[K][] | undefined;
  create<K extends ResourceKind>(kind: K, object: Resources[K]): Promise<Resources[K]>;
  /**
   * Applies a JSON merge patch (RFC 7386), or a JSON patch (RFC 6902) where `patch` is a list. With a
   * `metadata.resourceVersion` in a merge patch, the write succeeds only if nobody wrote since.
   */
  patch<K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch): Promise<Resources[K]>;
  /** False where there was nothing to delete. With `uid`, an object of the same name but another uid is left alone. */
  delete(kind: ResourceKind, key: ObjectKey, options?: DeleteOptions): Promise<boolean>;
  /**
   * Follows changes after `resourceVersion` until `signal` aborts or the server ends the stream (which it does
   * every few minutes: go on from the last version seen).
   * @throws AssayError ASSAY_CLUSTER_EXPIRED when that version is too old: list anew
   */
  watch<K extends ResourceKind>(
    kind: K,
    query: WatchQuery,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<Resources[K]>>;
  /** Records a Kubernetes Event on an object; equal ones within a few minutes are counted up, as client-go does. */
  recordEvent(about: Target & { readonly resourceVersion?: string }, event: EventRecord): Promise<void>;
  /** Makes a request as this cluster would: `<service>.<namespace>.svc` addresses reach its Services. */
  fetch(request: HttpRequest): Promise<HttpResponse>;
}

/** Every resource that Assay reads or writes. The table of their API paths is `model/resources.ts`. */
export interface Resources {
  AnalysisRun: AnalysisRun;
  AnalysisTemplate: AnalysisTemplate;
  ClusterAnalysisTemplate: ClusterAnalysisTemplate;
  Experiment: Experiment;
  Rollout: KubernetesObject;
  Job: Job;
  Pod: Pod;
  Secret: Secret;
  ReplicaSet: KubernetesObject & { readonly spec?: unknown; readonly status?: unknown };
  Service: KubernetesObject & { readonly spec?: unknown };
  Event: KubernetesObject & { readonly [field: string]: unknown };
  Namespace: KubernetesObject;
}
export type ResourceKind = keyof Resources;

export interface ObjectKey {
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
}

export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface StoredQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** Only what has a controller of this kind. */
  readonly ownerKind?: string;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface WatchQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
}

/** BOOKMARK carries nothing but a newer `metadata.resourceVersion`. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export type Patch = Readonly<Record<string, unknown>> | readonly JsonPatchStep[];

export interface JsonPatchStep {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Default `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/** Where steps wait for their time. At least once, in any order: a message is a hint. */
export interface Queue {
  /**
   * Asks for a step of `ref` at `at` (at once when that is past).
   *
   * @param version  the resourceVersion of the object as the sender left it: where it is the same when the time has
   *                 come, nobody else looks after the object. A hint, which queues that keep one message an object drop
   * @throws AssayError ASSAY_QUEUE_UNREACHABLE (`retry: true`), ASSAY_QUEUE_REFUSED
   */
  send(ref: ObjectRef, at: Date, version?: string): Promise<void>;
}

/** One outgoing request. Every implementation refuses forbidden addresses, and bounds time and size. */
export interface HttpRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Names in any case; credentials belong here and are not sent on to another host by a redirect. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Whole time for connection, redirects, retries and body; default 30,000. */
  readonly timeoutMs?: number;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
  /** True where repeating the request changes nothing, so that it may be retried; default: GET only. */
  readonly repeatable?: boolean;
  /** True where the body holds a credential: a redirect that would carry it to another host is an error. */
  readonly secretBody?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
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
  /** A measurement was taken, and has ended. */
  measured(ref: ObjectRef, measurement: MeasurementTimes): void;
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

/** The parts of a Job that Assay reads. */
export interface Job extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly active?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** The parts of a Pod that Assay reads. */
export interface Pod extends KubernetesObject {
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

export interface Secret extends KubernetesObject {
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>;
}
