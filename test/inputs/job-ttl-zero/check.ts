import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { memoryCluster } from '../../../lib/clusters/memory/memory-cluster.ts';
import { runJobs } from '../../../lib/kinds/run-jobs.ts';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import { job } from '../../../lib/providers/job.ts';

/** What the Job looks like that is made of the run. */
export async function check(): Promise<string> {
  const cluster = memoryCluster('memory', { now: () => new Date() });
  const read = parse(readFileSync(join(import.meta.dirname, 'input.yaml'), 'utf8')) as AnalysisRun;
  const run = await cluster.create('AnalysisRun', { ...read, metadata: { ...read.metadata, namespace: 'shop' } });
  const { uid = '', name = '' } = run.metadata;
  const [metric] = run.spec.metrics;
  if (!metric?.provider.job) throw new Error('the input has no Job');
  await job.read(metric.provider.job, {
    fetch: () => Promise.reject(new Error('nothing is asked')),
    now: () => new Date(),
    run: { cluster: 'memory', kind: 'AnalysisRun', namespace: 'shop', name, uid },
    key: { uid, metric: metric.name, number: 1 },
    jobs: runJobs(run, cluster),
    secrets: { read: () => Promise.reject(new Error('no secret is read')), variable: () => undefined },
  });
  const jobs = cluster.objects('Job');
  return `${jobs.length} Job, kept for ${String(jobs[0]?.spec?.['ttlSecondsAfterFinished'])} s`;
}
