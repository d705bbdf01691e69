import type { AnalysisRun, AnalysisRunSpec, Measurement, Metric } from '../../../lib/model/analysis-run.ts';
import type { Experiment } from '../../../lib/model/experiment.ts';
import { type AnalysisCluster, hasEnded } from '../analysis-cluster.ts';
import { anAnalysis, aPodTemplate, openExperimentCluster } from '../experiment-cluster.ts';
import { countedQuery } from './counting-proxy.ts';

/** Those who have nothing to do with any of it. */
export interface Innocents {
  /** How many measurements have been recorded, and how many runs have ended. */
  progress(): Promise<{ readonly measurements: number; readonly ended: number; readonly isOver: boolean }>;
  /** Fails while the API server is away. */
  look(): Promise<Looked>;
}

/** How they stand. */
export interface Looked {
  /** Those of the Experiments too. */
  readonly runs: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
}

export interface InnocentsOptions {
  readonly runs: number;
  readonly experiments: number;
  /** Measurements of each run. */
  readonly count: number;
  readonly intervalSeconds: number;
  /** Of the Prometheus that is asked. */
  readonly address: string;
}

/** Creates runs, and Experiments with an analysis each. */
export async function createInnocents(cluster: AnalysisCluster, options: InnocentsOptions): Promise<Innocents> {
  const { count, intervalSeconds, address } = options;
  const metric = (run: string): Metric => ({
    name: 'counted',
    interval: `${intervalSeconds}s`,
    count,
    successCondition: 'result[0] > 0',
    provider: { prometheus: { address, query: countedQuery(run) } },
  });
  const keepAll = [{ metricName: 'counted', limit: count }];
  const experiments = openExperimentCluster(cluster);
  await experiments.createTemplate('counted', {
    args: [{ name: 'run' }],
    metrics: [metric('{{args.run}}')],
  });
  for (let index = 0; index < options.experiments; index += 1) {
    const name = `experiment-${index}`;
    await experiments.create(name, {
      templates: [aPodTemplate(`${name}-pods`)],
      measurementRetention: keepAll,
      scaleDownDelaySeconds: 0,
      analyses: [
        anAnalysis('counted', { requiredForCompletion: true, args: [{ name: 'run', value: `${name}-counted` }] }),
      ],
    });
  }
  for (let index = 0; index < options.runs; index += 1) {
    const name = `run-${index}`;
    const spec: AnalysisRunSpec = { metrics: [metric(name)], measurementRetention: keepAll };
    await cluster.createRun(name, spec);
  }
  const experimentsPath = '/apis/argoproj.io/v1alpha1/namespaces/shop/experiments';
  const look = async (): Promise<Looked> => ({
    runs: await cluster.runs(),
    experiments: (await cluster.plane.api.call<{ items: readonly Experiment[] }>(experimentsPath)).items,
  });
  return {
    look,
    async progress() {
      const { runs, experiments: found } = await look();
      const measurements = runs.reduce((sum, run) => sum + measurementsOf(run).length, 0);
      const ended = runs.filter(hasEnded).length;
      const isAll = runs.length === options.runs + options.experiments && ended === runs.length;
      return { measurements, ended, isOver: isAll && found.every(({ status }) => isVerdict(status?.phase)) };
    },
  };
}

function isVerdict(phase: string | undefined): boolean {
  return phase !== undefined && !['', 'Pending', 'Running'].includes(phase);
}

export function measurementsOf({ status }: AnalysisRun): readonly Measurement[] {
  return status?.metricResults?.[0]?.measurements ?? [];
}
