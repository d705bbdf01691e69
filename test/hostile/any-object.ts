import fc from 'fast-check';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { anyCharacter } from '../any-character.ts';

// Whole objects as a tenant may write them: what CRDs let through and is extreme, and some of what an older CRD would.
// `status` is no subresource of analysis, so statuses are the tenant's to write too.

/** What a namespace that is not the tenant's has, and what its own has that no run made: none of it may change. */
export const BYSTANDERS = { job: 'nightly-backup', run: 'theirs', replicaSet: 'theirs-7d4f' } as const;

/** A Secret of the tenant's, which no status, event or line of the log may hold. */
export const SECRET = { name: 'token', key: 'key', value: 'S3cr"t-of-shop/98 é' } as const;

/** One of these to a `fc.record` whose other fields may be missing. */
const some = <Fields extends object>(
  fields: { [K in keyof Fields]: fc.Arbitrary<Fields[K]> },
  requiredKeys: (keyof Fields & string)[] = [],
): fc.Arbitrary<unknown> => fc.record(fields, { requiredKeys });

const few = <T>(of: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> => fc.array(of, { maxLength });
const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Extreme in one of a few places is what goes furthest: what is odd everywhere is refused at the first. */
const usually = <T>(good: readonly T[], odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: oneOf(...good), weight: 6 }, { arbitrary: odd, weight: 1 });

const oddText = fc.oneof(
  {
    arbitrary: oneOf(
      '',
      '__proto__',
      'constructor',
      'toString',
      '{{args.a}}',
      '{{args.secret}}',
      '{{args.__proto__}}',
      '{{',
      '}}',
      '{{ args.a }}{{args.b}}',
      '\u0000',
      '\ud800',
      '\u2028',
      'é'.repeat(60),
      '*',
      '.*',
      '[',
      '(a+)+$',
      '(((',
      'm0',
      '"\\',
    ),
    weight: 60,
  },
  { arbitrary: fc.string({ maxLength: 12, unit: anyCharacter }), weight: 20 },
  { arbitrary: oneOf('x'.repeat(9000), '{{args.a}}'.repeat(1000)), weight: 1 },
);
const duration = usually<string>(
  ['1s', '2s', '5s'],
  oneOf(
    '0s',
    '1ns',
    '-1s',
    '1e9h',
    '2562047h47m16.854775807s',
    '-2562047h47m16.854775808s',
    '9223372036854775807ns',
    '292y',
    '',
    'x',
    '{{args.a}}',
    '1h'.repeat(400),
    'é',
  ),
);
const count = usually<number | string>(
  [0, 1, 3, '3'],
  oneOf<number | string>(
    -1,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    '-1',
    '9'.repeat(400),
    '1e3',
    '{{args.a}}',
    '',
    'x',
    '0x10',
    ' 1',
    '٣',
  ),
);
const int32 = usually([0, 1, 5], oneOf(-1, 2 ** 31 - 1, -(2 ** 31)));
const ttl = usually([60, 3600], oneOf(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)));
const seldom = usually([false], fc.constant(true));
const time = usually(
  ['2026-11-05T10:00:00Z', '2026-11-05t09:59:59.999z', '2026-11-05T10:00:03Z'],
  oneOf(
    '0000-01-01T00:00:00Z',
    '1969-12-31T23:59:59.123456789Z',
    '9999-12-31T23:59:59Z',
    '2099-01-01T00:00:00Z',
    '2026-02-31T12:00:00Z',
    '2026-11-05T10:00:00-23:59',
    '2026-11-05T10:00:00+23:59',
    '2026-11-05T10:00:00+99:99',
    '2026-11-05T10:00:00-24:00',
    'yesterday',
  ),
);
const condition = usually(
  ['true', 'false', 'len(result) > 0', 'default(result, 1) > 0', 'result == "{{args.secret}}"'],
  fc.oneof(
    oneOf(
      '',
      'result[0] > 1',
      'result.__proto__',
      'result["constructor"]',
      '"a" matches "(a+)+$"',
      '1..999999 == []',
      'let x = 1; x',
      'nil',
      '!',
      'now()',
      'repeat("a", 999999)',
      'isNaN(result)',
      'asInt(result) == 1',
      'any(1..300, {result[#:] == ""})',
      'result.b.c.d',
    ),
    oddText,
  ),
);
const phase = usually(
  ['Running', 'Running', 'Running', 'Pending', 'Successful'],
  oneOf('', 'Failed', 'Error', 'Inconclusive', 'Nonsense'),
);
const metricName = usually(['m0', 'm1', 'm2', 'm3'], oddText);
const rule = usually(['m0', '.*', 'm[0-9]'], oddText);

const header = fc.record({ key: oddText, value: oddText });
const web = some(
  {
    url: usually(
      ['https://x/page', 'https://x/json', 'https://x/slow', 'https://x/down', 'https://x/{{args.secret}}'],
      fc.oneof(
        oneOf('http://svc.web.svc/../..', 'http://prometheus.shop.svc:9090/', 'ftp://x', 'http://user:pw@h/'),
        oddText,
      ),
    ),
    method: oneOf('GET', 'POST', 'PUT', 'get', 'DELETE', ''),
    jsonPath: fc.oneof(
      oneOf('{$}', '{$..*}', '{$.a[?(@.b=="x")]}', '{', '{$[-1:0:0]}', '{..}', '{$.__proto__}'),
      oddText,
    ),
    headers: few(header, 2),
    body: oddText,
    jsonBody: fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 2 }),
    timeoutSeconds: oneOf(0, -1, 1, 2 ** 53),
    insecure: fc.boolean(),
  },
  ['url'],
);
const prometheus = some({
  address: fc.oneof(oneOf('http://p', 'http://p/slow', 'http://', 'x', ''), oddText),
  query: oddText,
  timeout: oneOf(0, -1, 5, 2 ** 53),
  rangeQuery: fc.record({ start: condition, end: condition, step: duration }),
  headers: few(header, 2),
});
const podTemplate = fc.oneof(
  fc.constant({ spec: { containers: [{ name: 'main', image: 'i', env: [{ name: 'X', value: '{{args.secret}}' }] }] } }),
  fc.jsonValue({ maxDepth: 3 }),
);
const job = fc.record({ spec: some({ template: podTemplate, backoffLimit: int32 }, ['template']) });
const provider: fc.Arbitrary<object> = fc.oneof(
  { arbitrary: web.map((spec) => ({ web: spec })), weight: 4 },
  { arbitrary: prometheus.map((spec) => ({ prometheus: spec })), weight: 2 },
  { arbitrary: job.map((spec) => ({ job: spec })), weight: 2 },
  oneOf<object>({}, { plugin: { x: {} } }, { datadog: { query: 'x' } }, { kayenta: {} }, { web: [] }),
);
const metric = some(
  {
    name: metricName,
    interval: duration,
    initialDelay: duration,
    count,
    failureLimit: count,
    inconclusiveLimit: count,
    consecutiveErrorLimit: count,
    consecutiveSuccessLimit: count,
    successCondition: condition,
    failureCondition: condition,
    provider,
  },
  ['name', 'provider'],
);
const args = few(
  fc.oneof(
    some({ name: oneOf('a', 'b', '__proto__', 'constructor', ''), value: oddText }, ['name']),
    fc.constant({ name: 'secret', valueFrom: { secretKeyRef: { name: SECRET.name, key: SECRET.key } } }),
    fc.constant({ name: 'a', value: '1' }),
    fc.constant({ name: 'a', value: '1' }),
    oneOf(
      { name: 'b', valueFrom: { secretKeyRef: { name: '../web/secrets/token', key: 'constructor' } } },
      { name: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.labels[x]' } } },
    ),
  ),
  3,
);
const dryRun = few(fc.record({ metricName: rule }), 2);
const measurementRetention = few(fc.record({ metricName: rule, limit: int32 }), 2);
const notes = fc.dictionary(fc.oneof(oneOf('job-name', '__proto__'), oddText), oneOf(BYSTANDERS.job, 'x', ''), {
  maxKeys: 2,
});

const measurement = some(
  {
    phase,
    message: oddText,
    startedAt: time,
    finishedAt: time,
    resumeAt: time,
    value: oddText,
    metadata: notes,
  },
  ['phase'],
);
const result = some(
  {
    name: metricName,
    phase,
    measurements: few(measurement, 4),
    message: oddText,
    count: int32,
    failed: int32,
    error: int32,
    successful: int32,
    consecutiveError: int32,
    consecutiveSuccess: int32,
    dryRun: fc.boolean(),
    metadata: notes,
  },
  ['name', 'phase'],
);
const runSpec = some(
  {
    metrics: fc.array(metric, { minLength: 1, maxLength: 3 }),
    args,
    terminate: seldom,
    dryRun,
    measurementRetention,
    ttlStrategy: some({ secondsAfterCompletion: ttl, secondsAfterFailure: ttl, secondsAfterSuccess: ttl }),
  },
  ['metrics'],
);
const runStatus = some({ phase, message: oddText, startedAt: time, completedAt: time, metricResults: few(result, 3) }, [
  'phase',
]);

const analysis = some(
  {
    name: oneOf('x', 'y', '__proto__'),
    templateName: oneOf('t', 'u', '__proto__'),
    clusterScope: fc.boolean(),
    requiredForCompletion: fc.boolean(),
    args,
  },
  ['name', 'templateName'],
);
const template = some(
  {
    name: oneOf('a', 'b', '__proto__'),
    replicas: int32,
    minReadySeconds: int32,
    selector: oneOf<object>({}, { matchLabels: { app: 'web' } }, { matchExpressions: [] }),
    service: some({ name: oneOf('svc', '__proto__', '-') }),
    template: oneOf<object>({ metadata: { labels: { app: 'web' } }, spec: { containers: [] } }, { spec: {} }, {}),
  },
  ['name', 'selector', 'template'],
);
const templateStatus = some(
  {
    name: oneOf('a', 'b', '__proto__'),
    status: oneOf('', 'Progressing', 'Running', 'Successful', 'Failed', 'Error', 'zz'),
    replicas: int32,
    updatedReplicas: int32,
    readyReplicas: int32,
    availableReplicas: int32,
    collisionCount: int32,
    lastTransitionTime: time,
    serviceName: oddText,
    podTemplateHash: fc.oneof(oneOf('7d4f'), oddText),
  },
  ['name', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'],
);
const experimentCondition = fc.record({
  type: oneOf('Progressing', 'Completed', 'InvalidSpec', 'odd'),
  status: oneOf('True', 'False'),
  lastUpdateTime: time,
  lastTransitionTime: time,
  reason: oddText,
  message: oddText,
});
const experimentSpec = some(
  {
    templates: few(template, 2),
    duration: duration,
    progressDeadlineSeconds: int32,
    scaleDownDelaySeconds: int32,
    terminate: seldom,
    analyses: few(analysis, 2),
    dryRun,
    measurementRetention,
  },
  ['templates'],
);
const experimentStatus = some({
  phase,
  message: oddText,
  availableAt: time,
  templateStatuses: few(templateStatus, 3),
  conditions: few(experimentCondition, 2),
  analysisRuns: few(
    fc.record({ name: oneOf('x', 'y'), analysisRun: oneOf(BYSTANDERS.run, 'r', '__proto__'), phase }),
    2,
  ),
});
const schedule = some(
  {
    'assay.dev/schedule': oneOf('* * * * *', 'rate(1 minutes)', '@every 1ns', '*/0 * * * *', '0 0 31 2 *', ''),
    'assay.dev/schedule-args': oneOf('{}', '{"a":1}', '{', '{"__proto__":"x"}'),
    'assay.dev/schedule-history': oneOf('successful=0,failed=0', 'successful=-1', 'x'),
    'assay.dev/schedule-time-zone': oneOf('UTC', 'Nowhere/At_All', '__proto__'),
    'assay.dev/schedule-starting-deadline': duration,
  },
  ['assay.dev/schedule'],
);

const owners = few(
  fc.record({
    apiVersion: fc.constant('argoproj.io/v1alpha1'),
    kind: oneOf('Experiment', 'AnalysisRun', 'Rollout', '__proto__'),
    name: oneOf('innocent', BYSTANDERS.run, 'x'),
    uid: oneOf('not-its-own', ''),
    controller: fc.boolean(),
  }),
  1,
);
const metadata = some({
  labels: usually<object>([{}], oneOf({ 'assay.dev/finished': 'true' }, { 'assay.dev/finished': 'x' })),
  // Whose owner is not there is collected.
  ownerReferences: usually<object[]>([[]], owners),
});

const body = (
  kind: string,
  spec: fc.Arbitrary<unknown>,
  status?: fc.Arbitrary<unknown>,
): fc.Arbitrary<KubernetesObject> =>
  some(
    {
      apiVersion: fc.constant('argoproj.io/v1alpha1'),
      kind: fc.constant(kind),
      metadata,
      spec,
      ...(status && { status }),
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  ) as fc.Arbitrary<KubernetesObject>;
const looseSpec = fc.oneof({ arbitrary: runSpec, weight: 30 }, { arbitrary: fc.jsonValue({ maxDepth: 4 }), weight: 1 });

/** An object of any kind that a tenant may write, without its name and namespace. */
export const anyObject: fc.Arbitrary<KubernetesObject> = fc.oneof(
  { arbitrary: body('AnalysisRun', looseSpec, runStatus), weight: 12 },
  { arbitrary: body('Experiment', experimentSpec, experimentStatus), weight: 7 },
  {
    arbitrary: fc
      .tuple(body('AnalysisTemplate', runSpec), schedule)
      .map(([object, annotations]) => ({ ...object, metadata: { annotations } as object })),
    weight: 1,
  },
);
