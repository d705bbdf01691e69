import { writerOf } from '../expression/go/json-fields.ts';
import type { AnalysisRunSpec, Metric } from '../model/analysis-run.ts';
import { isRawNumber, parseJson } from '../model/exact-json.ts';
import { each, may, maybe, must, mustEach, set, struct } from '../model/json-form.ts';
import { PROVIDER_ROWS } from '../model/provider-rows.ts';
import { podTemplateJson } from '../workload/pod-template-json.ts';

/**
 * Metrics as Argo writes them to JSON, field by field. It replaces arguments in that text: so which tag runs on into
 * which field, and which unresolved one is the last, depends on the order of the fields and on what Go adds.
 *
 * @source pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts; k8s.io/api v0.34
 */
const provider = struct(
  Object.fromEntries(Object.entries(PROVIDER_ROWS).map(([field, { json }]) => [field, maybe(json)])),
);

const text = must('');
const metric = struct<Metric>({
  name: text,
  interval: may,
  initialDelay: may,
  count: set,
  successCondition: may,
  failureCondition: may,
  failureLimit: set,
  inconclusiveLimit: set,
  consecutiveErrorLimit: set,
  provider,
  consecutiveSuccessLimit: set,
});

const ruleName = struct({ metricName: text });
const essentials = struct({
  metrics: mustEach(metric),
  args: each(
    struct({
      name: text,
      value: set,
      valueFrom: maybe(
        struct({
          secretKeyRef: maybe(struct({ name: text, key: text })),
          fieldRef: maybe(struct({ fieldPath: text })),
        }),
      ),
    }),
  ),
  dryRun: each(ruleName),
  measurementRetention: each(struct({ metricName: text, limit: must(0) })),
});

const TYPES = { PodTemplateSpec: podTemplateJson };
const writeMetric = writerOf(metric, TYPES);
const writeEssentials = writerOf(essentials, TYPES);

/** A metric as Argo's controller writes it before it replaces arguments in the text. */
export function metricJson(value: Metric): string {
  return writeMetric(value) ?? '';
}

/** A metric without the texts that came to be empty, where Argo then leaves the field out. */
export function withoutEmptied(value: Metric): Metric {
  return prune(value, parseJson(metricJson(value))) as Metric;
}

function prune(value: unknown, written: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof written !== 'object' || written === null) return value;
  if (isRawNumber(value)) return value;
  if (Array.isArray(value)) return value.map((item, index) => prune(item, (written as unknown[])[index]));
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== '' || Object.hasOwn(written, name))
    .map(([name, field]) => [name, prune(field, (written as Readonly<Record<string, unknown>>)[name])]);
  return Object.fromEntries(fields);
}

/** What makes two runs the same analysis: metrics, arguments, dry-run and retention rules, but not how they end. */
export function essentialsJson(spec: AnalysisRunSpec): string {
  return writeEssentials(spec) ?? '';
}
