import { expect, test } from 'vitest';
import { InputError } from '../../lib/cli/input-error.ts';
import { planRuns, type RunPlanOptions } from '../../lib/cli/plan-runs.ts';
import { readRunInput } from '../../lib/cli/run-input.ts';

const OPTIONS: RunPlanOptions = {
  args: new Map(),
  namespace: 'default',
  isNamespaceForced: false,
  hasCluster: false,
  hasJobs: false,
};

interface Row {
  readonly text: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly options?: Partial<RunPlanOptions>;
}

function plan({ text, args = {}, options }: Row) {
  const input = readRunInput([{ name: 'f.yaml', text }]);
  return planRuns(input, { ...OPTIONS, args: new Map(Object.entries(args)), ...options });
}

const METRIC = { name: 'm', provider: { web: { url: 'http://x' } } };
const document = (kind: string, name: string, spec: object, metadata: object = {}) =>
  JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name, ...metadata }, spec });
const documents = (...all: string[]) => all.join('\n---\n');
const JOB_POD = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'tool:1' }] } };

const template = (name: string, spec: object = { metrics: [METRIC] }, metadata: object = {}) =>
  document('AnalysisTemplate', name, spec, metadata);
const SECRET = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  stringData: { k: 'secret' },
});
const secretArg = { name: 'token', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } };

test('one template: the run has its name', () => {
  const { runs } = plan({ text: template('t', { metrics: [METRIC], args: [{ name: 'a' }] }), args: { a: '1' } });
  expect(runs).toEqual([
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name: 't', namespace: 'default' },
      spec: { metrics: [METRIC], args: [{ name: 'a', value: '1' }] },
    },
  ]);
});

test('several templates, of the cluster too, are one run; those that others refer to are there once', () => {
  const [run] = plan({
    text: documents(
      template('a', { metrics: [{ ...METRIC, name: 'a' }], templates: [{ templateName: 'b' }] }),
      template('b', { metrics: [{ ...METRIC, name: 'b' }] }),
      document('ClusterAnalysisTemplate', 'c', { metrics: [{ ...METRIC, name: 'c' }] }),
      JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment' }),
    ),
  }).runs;
  expect(run?.metadata.name).toBe('analysis');
  expect(run?.spec.metrics.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('a run begins anew, owned by nobody', () => {
  const metadata = {
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '7',
    labels: { a: 'b', 'assay.dev/finished': 'true' },
    ownerReferences: [],
  };
  const value = {
    ...JSON.parse(document('AnalysisRun', 'r', { metrics: [METRIC] }, metadata)),
    status: { phase: 'Failed' },
  };
  expect(plan({ text: JSON.stringify(value) }).runs).toEqual([
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name: 'r', namespace: 'shop', labels: { a: 'b' } },
      spec: { metrics: [METRIC] },
    },
  ]);
});

test('a value given for what comes from a Secret stays a Secret, before the one among the files', () => {
  const text = documents(template('t', { metrics: [METRIC], args: [secretArg] }), SECRET);
  const { runs, secrets } = plan({ text, args: { token: 'x' } });
  expect(runs[0]?.spec.args).toEqual([secretArg]);
  expect(secrets?.map(({ metadata, data }) => [metadata, data])).toEqual([
    [{ namespace: 'default', name: 's' }, { k: 'eA==' }],
  ]);
});

test('keys of Secrets that are given are there for the run and for metrics, over those among the files', () => {
  const text = documents(template('t', { metrics: [METRIC], args: [secretArg] }, { namespace: 'shop' }), SECRET);
  const secrets = [
    { name: 's', key: 'k', value: 'x' },
    { name: 'datadog', key: 'api-key', value: 'y' },
  ];
  const planned = plan({ text, options: { namespace: 'shop', secrets } });
  expect(planned.secrets?.map(({ metadata, data }) => [`${metadata.namespace}/${metadata.name}`, data])).toEqual([
    ['shop/s', { k: 'eA==' }],
    ['argo-rollouts/s', { k: 'eA==' }],
    ['argo-rollouts/datadog', { 'api-key': 'eQ==' }],
    ['shop/datadog', { 'api-key': 'eQ==' }],
  ]);
});

test('Secrets of metrics among the files stay where metrics look for them, whatever the namespace of the run', () => {
  const datadog = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'datadog', namespace: 'argo-rollouts' } };
  const text = documents(template('t'), JSON.stringify(datadog), SECRET);
  const { secrets } = plan({ text, options: { namespace: 'other', isNamespaceForced: true } });
  expect(secrets?.map(({ metadata }) => metadata)).toEqual([
    { name: 'datadog', namespace: 'argo-rollouts' },
    { name: 's', namespace: 'other' },
  ]);
});

test('a Secret among the files', () => {
  const text = documents(template('t', { metrics: [METRIC], args: [secretArg] }), SECRET);
  const { runs, secrets } = plan({ text });
  expect(runs[0]?.spec.args).toEqual([secretArg]);
  expect(secrets).toEqual([
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' }, data: { k: 'c2VjcmV0' } },
  ]);
});

test.each([
  { name: 'the one of the file', options: {}, want: 'shop' },
  { name: 'the one asked for', options: { namespace: 'other', isNamespaceForced: true }, want: 'other' },
])('the namespace: $name', ({ options, want }) => {
  const text = template('t', { metrics: [METRIC] }, { namespace: 'shop' });
  expect(plan({ text, options }).runs[0]?.metadata.namespace).toBe(want);
});

test.each<Row & { name: string; says: string; hint?: string }>([
  { name: 'nothing', text: 'kind: Deployment', says: 'nothing to run' },
  {
    name: 'templates and runs',
    text: documents(template('t'), document('AnalysisRun', 'r', { metrics: [METRIC] })),
    says: 'both',
  },
  {
    name: 'two runs of one name',
    text: documents(
      document('AnalysisRun', 'r', { metrics: [METRIC] }),
      document('AnalysisRun', 'r', { metrics: [METRIC] }),
    ),
    says: 'two AnalysisRuns are named r',
  },
  {
    name: 'an argument nobody declared',
    text: template('t', { metrics: [METRIC], args: [{ name: 'service' }] }),
    args: { servise: 'x' },
    says: '--arg: there is no argument "servise" (did you mean "service"?)',
    hint: 'Arguments are: service.',
  },
  {
    name: 'arguments without a value',
    text: template('t', { metrics: [METRIC], args: [{ name: 'a' }, { name: 'b' }] }),
    says: 'arguments without a value: "a", "b"',
    hint: 'Give it: --arg a=VALUE --arg b=VALUE',
  },
  {
    name: 'a field of a Rollout',
    text: template('t', { metrics: [METRIC], args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'spec.x' } } }] }),
    says: 'argument "a" would come from a Rollout',
  },
  {
    name: 'a Secret that is nowhere',
    text: template('t', { metrics: [METRIC], args: [secretArg] }),
    says: 'argument "token" comes from the Secret "s"',
    hint: 'Give it: --arg token=VALUE',
  },
  {
    name: 'a Job without a place',
    text: template('t', { metrics: [{ name: 'j', provider: { job: { spec: { template: JOB_POD } } } }] }),
    says: 'metric "j" runs a Job, and there is no place for it',
    hint: 'Give --local-jobs',
  },
  {
    name: 'a template that is not there',
    text: template('t', { metrics: [METRIC], templates: [{ templateName: 'other' }] }),
    says: 'analysistemplate.argoproj.io "other" not found',
  },
  {
    name: 'two metrics of one name',
    text: documents(template('a'), template('b')),
    says: "two metrics have the same name 'm'",
  },
  { name: 'no YAML', text: 'a: [', says: 'f.yaml:1:' },
  {
    name: 'a field of the wrong type',
    text: template('t', { metrics: [{ ...METRIC, interval: 5 }] }),
    says: 'f.yaml:1:',
    hint: '`assay lint`',
  },
])('refuses $name', ({ says, hint, ...row }) => {
  expect(() => plan(row)).toThrow(InputError);
  expect(() => plan(row)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(says), hint: expect.toSatisfy(holds(hint)) }),
  );
});

const holds = (wanted: string | undefined) => (found: string | undefined) =>
  found?.includes(wanted ?? '') ?? wanted === undefined;
