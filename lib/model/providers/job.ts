import { z } from 'zod';
import { may, open, set, struct, type } from '../json-form.ts';
import { templateMetadata } from '../metadata.ts';
import { jobSpec } from '../pod-template.ts';
import type { ProviderRow } from '../provider-row.ts';

const jobMetric = z
  .strictObject({
    metadata: templateMetadata('Labels and annotations of the Job.').exactOptional(),
    spec: jobSpec,
  })
  .describe('A Kubernetes Job; the measurement is successful when the Job is.');
export type JobMetric = z.infer<typeof jobMetric>;

const metadata = open({ name: may, generateName: may, namespace: may, labels: may, annotations: may });

const spec = open({
  parallelism: set,
  completions: set,
  activeDeadlineSeconds: set,
  podFailurePolicy: set,
  successPolicy: set,
  backoffLimit: set,
  backoffLimitPerIndex: set,
  maxFailedIndexes: set,
  selector: set,
  manualSelector: set,
  template: type('PodTemplateSpec'),
  ttlSecondsAfterFinished: set,
  completionMode: set,
  suspend: set,
});

export const job = {
  type: 'Job',
  precedence: 2,
  schema: jobMetric,
  json: struct<JobMetric>({ metadata, spec }),
  asksNobody: true,
} as const satisfies ProviderRow;
