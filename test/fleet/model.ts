/**
 * What is not Assay's in the simulation of a fleet: how long AWS, networks and servers take, and how much processor time
 * a request costs in a function. Latencies are those of one region and of API servers in it; processor times are of
 * `npm run bench:fleet`, whose second part measures a real process, and of docs/performance.md.
 */
export const MODEL = {
  /** A request to an API server on a kept connection: the half takes less, one in a hundred ten times as much. */
  apiMs: 12,
  /** One way and back to a cluster; a new connection with TLS is two of these. */
  roundTripMs: 8,
  /** A query of Prometheus. */
  queryMs: 25,
  /** A request to SQS, Parameter Store, Secrets Manager or EventBridge. */
  awsMs: 10,
  /** From the bus to the queue. */
  busMs: 500,
  /** How much later than it was asked to SQS shows a message, at most; evenly. */
  visibilityMs: 100,
  /** Until a new environment of a function has its first event. */
  coldStartMs: 400,
  /** Of the start, what is billed. */
  coldStartBilledMs: 150,
  /** Kept connections are closed after so long without a request. */
  keepAliveMs: 45_000,

  /** Processor time, in milliseconds of a whole processor. */
  cpu: { invocation: 0.8, apiRequest: 0.45, connection: 1, query: 0.6, awsRequest: 1.2, coldStart: 90 },
  /** Memory of the functions in MB, by which Lambda gives them their part of a processor: a whole one at 1,769. */
  memoryMb: { onMessage: 512, onSchedule: 256 },
  wholeProcessorMb: 1769,

  /** Parameter Store: requests a second of an account, all who read parameters together. */
  parametersASecond: 40,
  /**
   * Batches at once: Lambda begins with five, adds five a second while messages wait (300 a minute), up to what the
   * deployment allows, and begins anew after a minute in which none has waited.
   */
  batchesAtFirst: 5,
  batchesASecond: 5,
  batchSize: 10,
  scaleDownAfterMs: 60_000,
  visibilityTimeoutMs: 360_000,
} as const;
