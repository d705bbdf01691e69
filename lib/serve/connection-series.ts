import { Counter, Histogram, type Registry } from 'prom-client';
import type { ConnectionUse } from '../model/connections.ts';

/** What a scrape shows of the connections to metric sources. */
export interface ConnectionSeries {
  /** Of the registry, in their order; none before a connection is used. */
  readonly names: () => readonly string[];
  readonly used: (use: ConnectionUse) => void;
}

const REQUESTS = 'assay_connection_requests_total';
const THROTTLED = 'assay_connection_throttled_total';
const SECONDS = 'assay_connection_request_seconds';
const WAITED = 'assay_connection_wait_seconds';
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function connectionSeries(register: Registry): ConnectionSeries {
  const labelNames = ['cluster', 'connection'] as const;
  const registers = [register];
  let isUsed = false;
  const requests = new Counter({
    name: REQUESTS,
    help: 'Requests that went by a connection, by the code of the answer; none where there was no answer.',
    labelNames: [...labelNames, 'code'],
    registers,
  });
  const throttled = new Counter({
    name: THROTTLED,
    help: 'Answers 429 of a connection. All who share its account wait then.',
    labelNames,
    registers,
  });
  const seconds = new Histogram({
    name: SECONDS,
    help: 'From the sending of a request to its answer.',
    labelNames,
    buckets: BUCKETS,
    registers,
  });
  const waited = new Histogram({
    name: WAITED,
    help: 'How long a request waited for its turn.',
    labelNames,
    buckets: [...BUCKETS, 300, 1800],
    registers,
  });
  return {
    names: () => (isUsed ? [REQUESTS, THROTTLED, SECONDS, WAITED] : []),
    used({ cluster, connection, status, ...took }) {
      isUsed = true;
      const labels = { cluster, connection };
      requests.inc({ ...labels, code: status === undefined ? 'none' : String(status) });
      if (status === 429) throttled.inc(labels);
      seconds.observe(labels, took.seconds);
      waited.observe(labels, took.waitedSeconds);
    },
  };
}
