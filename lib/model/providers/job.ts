import { z } from 'zod';
import { templateMetadata } from '../metadata.ts';
import { jobSpec } from '../pod-template.ts';

export const jobMetric = z
  .strictObject({
    metadata: templateMetadata('Labels and annotations of the Job.').exactOptional(),
    spec: jobSpec,
  })
  .describe('A Kubernetes Job; the measurement is successful when the Job is.');
export type JobMetric = z.infer<typeof jobMetric>;
