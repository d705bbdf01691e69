import type { Meter } from '../model/ports.ts';

/** The meter of the functions. CloudWatch makes metrics of the lines that it writes. */
export interface EmfMeter extends Meter {
  /** The document of a cluster is broken. */
  broken(cluster: string): void;
  /** A cluster has not answered for so often that it is not asked for a while. */
  unreachable(cluster: string): void;
  /** Called at the end of an invocation: writes what has been gathered, unless that can wait for the next. */
  flush(): void;
}

export interface EmfMeterOptions {
  readonly stage: string;
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

const NAMESPACE = 'Assay';

interface MetricRow {
  readonly unit: 'Seconds' | 'Count';
  /** Whether it is told by cluster too. Each such metric costs its monthly price once a cluster. */
  readonly byCluster: boolean;
  /** Whether somebody should hear of it at once. */
  readonly isFailure: boolean;
}

/** Every metric. Those of failures cost nothing while there are none. */
const METRICS = {
  /** How late measurements begin: start minus the end of the one before plus the interval. */
  Lateness: { unit: 'Seconds', byCluster: true, isFailure: false },
  StepDuration: { unit: 'Seconds', byCluster: false, isFailure: false },
  Measurements: { unit: 'Count', byCluster: false, isFailure: false },
  StepFailed: { unit: 'Count', byCluster: true, isFailure: true },
  ClusterBroken: { unit: 'Count', byCluster: true, isFailure: true },
  ClusterUnreachable: { unit: 'Count', byCluster: true, isFailure: true },
  ConnectionRequests: { unit: 'Count', byCluster: false, isFailure: false },
  ConnectionThrottled: { unit: 'Count', byCluster: false, isFailure: false },
  ConnectionDuration: { unit: 'Seconds', byCluster: false, isFailure: false },
} as const satisfies Readonly<Record<string, MetricRow>>;
type MetricName = keyof typeof METRICS;

/** CloudWatch takes no more values of one metric in one line. */
const VALUES_A_LINE = 100;
/** Figures of invocations that follow each other closely go in one line. Failures are told at once. */
const BETWEEN_LINES_MS = 5000;

type Figures = Map<MetricName, number[]>;

/** What one line tells: of a cluster, or of one of its connections. */
interface Gathered {
  readonly cluster: string;
  readonly connection: string | undefined;
  readonly figures: Figures;
}

/**
 * Gathers figures, and writes them as one line a cluster in CloudWatch's embedded metric format: a call to CloudWatch
 * would cost time, and lines cost by length, half of which says what the figures mean. A container that is
 * not needed any more takes the figures of its last five seconds with it.
 *
 * Statuses keep whole seconds, so lateness is up to a second too much, half a second on average.
 *
 * @source the Embedded Metric Format of Amazon CloudWatch Logs
 */
export function emfMeter({ stage, write, now }: EmfMeterOptions): EmfMeter {
  const gathered = new Map<string, Gathered>();
  let isUrgent = false;
  let writtenMs = -Infinity;

  const note = (cluster: string, metric: MetricName, value: number, connection?: string): void => {
    const key = JSON.stringify([cluster, connection]);
    const line: Gathered = gathered.get(key) ?? { cluster, connection, figures: new Map() };
    const { figures } = line;
    gathered.set(key, line);
    const values = figures.get(metric) ?? [];
    figures.set(metric, METRICS[metric].unit === 'Count' ? [(values[0] ?? 0) + value] : [...values, value]);
    isUrgent ||= METRICS[metric].isFailure;
    if (values.length + 1 >= VALUES_A_LINE) writeAll();
  };

  const writeAll = (): void => {
    const nowMs = now().getTime();
    for (const line of gathered.values()) write(`${JSON.stringify(lineOf(stage, line, nowMs))}\n`);
    gathered.clear();
    isUrgent = false;
    writtenMs = nowMs;
  };

  return {
    stepped: ({ cluster }, seconds) => note(cluster, 'StepDuration', seconds),
    failed: ({ cluster }) => note(cluster, 'StepFailed', 1),
    measured({ cluster }, { startedMs, previousMs, intervalMs }) {
      note(cluster, 'Measurements', 1);
      if (previousMs === undefined || intervalMs === undefined) return;
      note(cluster, 'Lateness', Math.max(startedMs - previousMs - intervalMs, 0) / 1000);
    },
    connected({ cluster, connection, status, seconds }) {
      note(cluster, 'ConnectionRequests', 1, connection);
      if (status === 429) note(cluster, 'ConnectionThrottled', 1, connection);
      note(cluster, 'ConnectionDuration', seconds, connection);
    },
    broken: (cluster) => note(cluster, 'ClusterBroken', 1),
    unreachable: (cluster) => note(cluster, 'ClusterUnreachable', 1),
    flush() {
      if (isUrgent || now().getTime() - writtenMs >= BETWEEN_LINES_MS) writeAll();
    },
  };
}

function lineOf(stage: string, { cluster, connection, figures }: Gathered, nowMs: number): object {
  const names = [...figures.keys()];
  const byCluster = names.filter((name) => METRICS[name].byCluster);
  const directives = [directive(connection === undefined ? ['Stage'] : ['Stage', 'Connection'], names)];
  if (byCluster.length > 0) directives.push(directive(['Stage', 'Cluster'], byCluster));
  return {
    _aws: { Timestamp: nowMs, CloudWatchMetrics: directives },
    Stage: stage,
    Cluster: cluster,
    ...(connection !== undefined && { Connection: connection }),
    ...Object.fromEntries(figures),
  };
}

function directive(dimensions: readonly string[], names: readonly MetricName[]): object {
  const Metrics = names.map((Name) => ({ Name, Unit: METRICS[Name].unit }));
  return { Namespace: NAMESPACE, Dimensions: [dimensions], Metrics };
}
