import type { AnalysisRunSpec, Metric } from '../model/analysis-run.ts';
import { podTemplateJson } from '../workload/pod-template-json.ts';
import { each, map, may, maybe, must, mustEach, open, set, struct } from '../expression/go/json-fields.ts';

/**
 * Metrics as Argo writes them to JSON, field by field. It replaces arguments in that text: so which tag runs on into
 * which field, and which unresolved one is the last, depends on the order of the fields and on what Go adds.
 *
 * @source pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts; k8s.io/api v0.34
 */
const authentication = struct({
  sigv4: struct({ region: may, profile: may, roleArn: may }),
  oauth2: struct({ tokenUrl: may, clientId: may, clientSecret: may, scopes: may }),
  basicAuth: struct({ username: may, password: may }),
});

const text = must('');
const headers = each(struct({ key: text, value: text }));

const prometheus = struct({
  address: may,
  query: may,
  authentication,
  timeout: set,
  insecure: may,
  headers,
  rangeQuery: maybe(struct({ start: may, end: may, step: may })),
});

const scope = struct({ scope: text, region: text, step: must(0), start: may, end: may });
const kayenta = struct({
  address: text,
  application: text,
  canaryConfigName: text,
  metricsAccountName: text,
  configurationAccountName: text,
  storageAccountName: text,
  threshold: struct({ pass: must(0), marginal: must(0) }),
  scopes: mustEach(struct({ name: text, controlScope: scope, experimentScope: scope })),
  lookback: may,
});

const web = struct({
  method: may,
  url: text,
  headers,
  body: may,
  timeoutSeconds: may,
  jsonPath: may,
  insecure: may,
  jsonBody: set,
  authentication,
});

const datadog = struct({
  interval: may,
  query: may,
  queries: map,
  formula: may,
  apiVersion: may,
  aggregator: may,
  secretRef: struct({ name: may, namespaced: may }),
  requestTimeout: may,
});

const objectMeta = open({
  name: may,
  generateName: may,
  namespace: may,
  labels: map,
  annotations: map,
});

const job = struct({
  metadata: objectMeta,
  spec: open({
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
    template: podTemplateJson,
    ttlSecondsAfterFinished: set,
    completionMode: set,
    suspend: set,
  }),
});

const metricStat = struct({
  metric: struct({ dimensions: each(struct({ name: may, value: may })), metricName: may, namespace: set }),
  period: must(0),
  stat: may,
  unit: may,
});
const cloudWatch = struct({
  interval: may,
  metricDataQueries: mustEach(
    struct({ id: may, expression: set, label: set, metricStat: maybe(metricStat), period: set, returnData: set }),
  ),
});

const provider = struct({
  prometheus: maybe(prometheus),
  kayenta: maybe(kayenta),
  web: maybe(web),
  datadog: maybe(datadog),
  wavefront: maybe(struct({ address: may, query: may })),
  newRelic: maybe(struct({ profile: may, query: text, timeout: set })),
  job: maybe(job),
  cloudWatch: maybe(cloudWatch),
  graphite: maybe(struct({ address: may, query: may })),
  influxdb: maybe(struct({ profile: may, query: may })),
  skywalking: maybe(struct({ address: may, query: may, interval: may })),
  plugin: map,
});

const metric = struct({
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

/** A metric as Argo's controller writes it before it replaces arguments in the text. */
export function metricJson(value: Metric): string {
  return metric(value);
}

/** A metric without the texts that came to be empty, where Argo then leaves the field out. */
export function withoutEmptied(value: Metric): Metric {
  return prune(value, JSON.parse(metricJson(value))) as Metric;
}

function prune(value: unknown, written: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof written !== 'object' || written === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => prune(item, (written as unknown[])[index]));
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== '' || Object.hasOwn(written, name))
    .map(([name, field]) => [name, prune(field, (written as Readonly<Record<string, unknown>>)[name])]);
  return Object.fromEntries(fields);
}

/** What makes two runs the same analysis: metrics, arguments, dry-run and retention rules, but not how they end. */
export function essentialsJson(spec: AnalysisRunSpec): string {
  return essentials(spec);
}
