import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../../lib/model/analysis-template.ts';
import { aClusterTemplate, aTemplate, type TemplateOverride } from '../builders.ts';

/** What follows `assay.dev/schedule`; `''` is the schedule itself. */
export type ScheduleParts = Readonly<Record<string, string>>;

export function annotations(parts: ScheduleParts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parts).map(([part, text]) => [
      part === '' ? 'assay.dev/schedule' : `assay.dev/schedule-${part}`,
      text,
    ]),
  );
}

/** A template `nightly` in `shop`, older than every tick of the tests. */
export function aScheduled(parts: ScheduleParts, { metadata, spec }: TemplateOverride = {}): AnalysisTemplate {
  return aTemplate({
    metadata: {
      name: 'nightly',
      uid: 't1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations: annotations(parts),
      ...metadata,
    },
    ...(spec && { spec }),
  });
}

/** The same for all namespaces. */
export function aScheduledOfCluster(
  parts: ScheduleParts,
  { metadata, spec }: TemplateOverride = {},
): ClusterAnalysisTemplate {
  return aClusterTemplate({
    metadata: {
      name: 'nightly',
      uid: 'c1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations: annotations(parts),
      ...metadata,
    },
    ...(spec && { spec }),
  });
}
