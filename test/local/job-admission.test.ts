import { expect, test } from 'vitest';
import { admitJob } from '../../lib/local/job-admission.ts';
import { AssayError } from '../../lib/model/errors.ts';

type Json = Record<string, unknown>;

function refusalOf(job: Json, pod: Json, container: Json): string | undefined {
  const containers = [{ name: 'c', image: 'busybox', command: ['true'], ...container }];
  const template = { spec: { restartPolicy: 'Never', containers, ...pod } };
  try {
    const spec = { backoffLimit: 0, template, ...job };
    admitJob({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec });
    return undefined;
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_REFUSED') return error.words;
    throw error;
  }
}

const unread = (what: string) => `Job in version "v1" cannot be handled as a Job: json: cannot unmarshal ${what}`;
const invalid = (what: string) => `Job.batch "j" is invalid: ${what}`;
const POLICY = 'spec.template.spec.restartPolicy';
const FIRST = 'spec.template.spec.containers[0]';

// What kube-apiserver 1.34 said to the same Jobs.
test.each<{ name: string; job?: Json; pod?: Json; container?: Json; want: string }>([
  {
    name: 'no restartPolicy',
    pod: { restartPolicy: undefined },
    want: invalid(`${POLICY}: Required value: valid values: "OnFailure", "Never"`),
  },
  {
    name: 'a restartPolicy of Always',
    pod: { restartPolicy: 'Always' },
    want: invalid(`${POLICY}: Required value: valid values: "OnFailure", "Never"`),
  },
  {
    name: 'a restartPolicy that is none',
    pod: { restartPolicy: 'never' },
    want: invalid(
      `[${POLICY}: Unsupported value: "never": supported values: "Always", "OnFailure", "Never", ` +
        `${POLICY}: Unsupported value: "never": supported values: "OnFailure", "Never"]`,
    ),
  },
  { name: 'no image', container: { image: undefined }, want: invalid(`${FIRST}.image: Required value`) },
  { name: 'no name', container: { name: '' }, want: invalid(`${FIRST}.name: Required value`) },
  {
    name: 'a name in capitals',
    container: { name: 'A_b' },
    want: invalid(
      `${FIRST}.name: Invalid value: "A_b": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ` +
        "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ),
  },
  {
    name: 'one name twice',
    pod: { initContainers: [{ name: 'c', image: 'b' }] },
    want: invalid('spec.template.spec.initContainers[0].name: Duplicate value: "c"'),
  },
  { name: 'no containers', pod: { containers: [] }, want: invalid('spec.template.spec.containers: Required value') },
  {
    name: 'no pod at all',
    job: { template: undefined },
    want: invalid(
      `[spec.template.spec.containers: Required value, ${POLICY}: Required value: valid values: "OnFailure", "Never"]`,
    ),
  },
  {
    name: 'a negative backoffLimit',
    job: { backoffLimit: -1 },
    want: invalid('spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0'),
  },
  {
    name: 'negative completions',
    job: { completions: -1 },
    want: invalid('spec.completions: Invalid value: -1: must be greater than or equal to 0'),
  },
  {
    name: 'more than one thing',
    job: { backoffLimit: -1 },
    pod: { restartPolicy: undefined },
    container: { image: '' },
    want: invalid(
      '[spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0, ' +
        `${FIRST}.image: Required value, ${POLICY}: Required value: valid values: "OnFailure", "Never"]`,
    ),
  },
  {
    name: 'a pod without time',
    pod: { activeDeadlineSeconds: 0 },
    want: invalid(
      'spec.template.spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ),
  },
  {
    name: 'a variable without a name',
    container: { env: [{ value: '5' }] },
    want: invalid(`${FIRST}.env[0].name: Required value`),
  },
  {
    name: 'a variable with two values',
    container: { env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
    want: invalid(`${FIRST}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`),
  },
  {
    name: 'a number in env',
    container: { env: [{ name: 'A', value: 5 }] },
    want: unread('number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string'),
  },
  {
    name: 'a truth in env',
    container: { env: [{ name: 'A', value: true }] },
    want: unread('bool into Go struct field EnvVar.spec.template.spec.containers.env.value of type string'),
  },
  {
    name: 'a map in place of env',
    container: { env: { A: '5' } },
    want: unread('object into Go struct field Container.spec.template.spec.containers.env of type []v1.EnvVar'),
  },
  {
    name: 'a number in args',
    container: { args: [5] },
    want: unread('number into Go struct field Container.spec.template.spec.containers.args of type string'),
  },
  {
    name: 'a text in place of args',
    container: { args: 'x y' },
    want: unread('string into Go struct field Container.spec.template.spec.containers.args of type []string'),
  },
  {
    name: 'a text in place of command',
    container: { command: 'x y' },
    want: unread('string into Go struct field Container.spec.template.spec.containers.command of type []string'),
  },
  {
    name: 'a number in place of image',
    container: { image: 5 },
    want: unread('number into Go struct field Container.spec.template.spec.containers.image of type string'),
  },
  {
    name: 'a map in place of containers',
    pod: { containers: { name: 'c' } },
    want: unread('object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container'),
  },
  {
    name: 'a text in place of seconds',
    pod: { terminationGracePeriodSeconds: '5' },
    want: unread('string into Go struct field PodSpec.spec.template.spec.terminationGracePeriodSeconds of type int64'),
  },
  {
    name: 'a text in place of a limit',
    job: { backoffLimit: '1' },
    want: unread('string into Go struct field JobSpec.spec.backoffLimit of type int32'),
  },
  {
    name: 'a fraction in place of a limit',
    job: { backoffLimit: 1.5 },
    want: unread('number 1.5 into Go struct field JobSpec.spec.backoffLimit of type int32'),
  },
])('$name is refused in the words of an API server', ({ job = {}, pod = {}, container = {}, want }) => {
  expect(refusalOf(job, pod, container)).toBe(want);
});

test.each<{ name: string; job?: Json; pod?: Json; container?: Json }>([
  { name: 'what is right' },
  {
    name: 'nulls, which are nothing',
    job: { completions: null },
    container: { args: null, env: [{ name: 'A', value: null }] },
  },
  {
    name: 'a selector that its author looks after',
    job: { selector: { matchLabels: { a: 'b' } }, manualSelector: true },
  },
  {
    name: 'a pod that restarts on failure',
    pod: { restartPolicy: 'OnFailure', initContainers: [{ name: 'i', image: 'b' }] },
  },
])('$name is admitted', ({ job = {}, pod = {}, container = {} }) =>
  expect(refusalOf(job, pod, container)).toBeUndefined(),
);
