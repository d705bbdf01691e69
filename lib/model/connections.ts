import type { HttpRequest, HttpResponse } from './http.ts';
import type { ProviderField } from './provider-rows.ts';
import type { ProviderSecrets, ProviderSettings } from './provider.ts';
import type { ObjectRef } from './ref.ts';

/** The connections of a cluster, as its metrics use them. */
export interface Connections {
  /** A metric's part with the address of a connection, where it names none. */
  fill(provider: ProviderField, part: unknown): unknown;
  /** What stands for one metric. @param part  the provider's own part of it, arguments resolved */
  of(provider: ProviderField, part: unknown, asker: Asker): MetricConnections;
}

/** For whom a metric is measured, and how he waits. */
export interface Asker {
  readonly run: ObjectRef;
  readonly now: () => Date;
  /** Hears of each secret before it is sent. */
  readonly hide: (value: string) => void;
  /** See `Ports.aside`. */
  readonly aside: <T>(wait: () => Promise<T>) => Promise<T>;
  readonly signal?: AbortSignal | undefined;
  /** How long a request may still wait for its turn, in milliseconds; Infinity: for as long as its connection lets it. */
  readonly mostWaitMs: (request: HttpRequest) => number;
  /** Why it waits no longer, where that is over. */
  readonly outOfTime: () => Error;
  /** Makes a request as the cluster does that falls under no connection, or needs nothing of one but its rate. */
  readonly fetch: (request: HttpRequest) => Promise<HttpResponse>;
  /** What every request is given at the last moment; may refuse it. */
  readonly prepare: (request: HttpRequest) => HttpRequest;
}

/** What a metric gets of the connections. */
export interface MetricConnections {
  /** In place of what is set for all metrics: address, region, credentials. */
  readonly settings: ProviderSettings;
  /**
   * @throws AssayError ASSAY_CONNECTION_REQUIRED where nothing else is permitted, ASSAY_CONNECTION_BUSY where its turn did
   *         not come, ASSAY_SECRET_UNREADABLE; else as the way out of the process has it
   */
  fetch(request: HttpRequest): Promise<HttpResponse>;
  /** The Secrets of the metric, or what a connection has in their place. */
  secrets(own: ProviderSecrets): ProviderSecrets;
}

/** A request that went by a connection. */
export interface ConnectionUse {
  readonly cluster: string;
  readonly connection: string;
  /** Of the answer; 429 was throttled. Undefined: none came. */
  readonly status: number | undefined;
  /** From its sending to its answer. */
  readonly seconds: number;
  /** Before, for its turn. */
  readonly waitedSeconds: number;
}
