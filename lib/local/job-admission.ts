import { isAbsent } from '../model/empty.ts';
import { AssayError } from '../model/errors.ts';
import { isObject } from '../model/is-object.ts';
import type { Job } from '../model/kubernetes.ts';

/**
 * What an API server would refuse of a Job, as far as its processes here depend on it: so a template that passes here
 * passes there.
 *
 * @throws AssayError ASSAY_CLUSTER_REFUSED in the server's words
 * @source ValidateJobSpec and ValidatePodSpec of k8s.io/kubernetes v1.34; encoding/json of Go
 */
export function admitJob({ metadata, spec }: Job): void {
  const unreadable = findUnreadable(spec, JOB_SPEC, 'JobSpec', 'spec');
  if (unreadable !== undefined) {
    throw refused(`Job in version "v1" cannot be handled as a Job: json: cannot unmarshal ${unreadable}`);
  }
  const problems = [...jobProblems(spec ?? {}), ...podProblems(podIn(spec))];
  const [first] = problems;
  if (first === undefined) return;
  throw refused(
    `Job.batch "${metadata.name}" is invalid: ${problems.length === 1 ? first : `[${problems.join(', ')}]`}`,
  );
}

function refused(words: string): AssayError {
  return new AssayError('ASSAY_CLUSTER_REFUSED', words);
}

/** What Go reads a field into: a plain type, a list of one, or a structure, by its name. */
type Shape =
  | 'string'
  | 'int32'
  | 'int64'
  | { readonly listOf: 'string' }
  | { readonly struct: string; readonly fields: Shapes; readonly isList?: true };
type Shapes = Readonly<Record<string, Shape>>;

const TEXTS: Shape = { listOf: 'string' };
const SECRET: Shape = { struct: 'SecretKeySelector', fields: { name: 'string', key: 'string' } };
const ENV: Shape = {
  struct: 'EnvVar',
  isList: true,
  fields: {
    name: 'string',
    value: 'string',
    valueFrom: { struct: 'EnvVarSource', fields: { secretKeyRef: SECRET } },
  },
};
const CONTAINERS: Shape = {
  struct: 'Container',
  isList: true,
  fields: { name: 'string', image: 'string', command: TEXTS, args: TEXTS, workingDir: 'string', env: ENV },
};
const POD_SPEC: Shapes = {
  initContainers: CONTAINERS,
  containers: CONTAINERS,
  restartPolicy: 'string',
  terminationGracePeriodSeconds: 'int64',
  activeDeadlineSeconds: 'int64',
};
const JOB_SPEC: Shapes = {
  parallelism: 'int32',
  completions: 'int32',
  activeDeadlineSeconds: 'int64',
  backoffLimit: 'int32',
  template: { struct: 'PodTemplateSpec', fields: { spec: { struct: 'PodSpec', fields: POD_SPEC } } },
  ttlSecondsAfterFinished: 'int32',
};

/** The first field that cannot be read: `number into Go struct field EnvVar.spec.….env.value of type string`. */
function findUnreadable(value: unknown, fields: Shapes, struct: string, path: string): string | undefined {
  if (!isObject(value)) return undefined;
  for (const [name, shape] of Object.entries(fields)) {
    const field = value[name];
    if (isAbsent(field)) continue;
    const found = fieldProblem(field, shape, `${path}.${name}`);
    if (found === undefined) continue;
    if ('deeper' in found) return found.deeper;
    return `${found.got} into Go struct field ${struct}.${path}.${name} of type ${found.type}`;
  }
  return undefined;
}

type FieldProblem = { readonly got: string; readonly type: string } | { readonly deeper: string };

function fieldProblem(value: unknown, shape: Shape, path: string): FieldProblem | undefined {
  if (typeof shape === 'string') return scalarProblem(value, shape);
  if ('listOf' in shape) {
    if (!Array.isArray(value)) return { got: kindOf(value), type: `[]${shape.listOf}` };
    return value.map((item) => scalarProblem(item, shape.listOf)).find((problem) => problem !== undefined);
  }
  const type = `v1.${shape.struct}`;
  const items: readonly unknown[] = shape.isList && Array.isArray(value) ? value : [value];
  if (shape.isList && !Array.isArray(value)) return { got: kindOf(value), type: `[]${type}` };
  for (const item of items) {
    if (!isAbsent(item) && !isObject(item)) return { got: kindOf(item), type };
    const deeper = findUnreadable(item, shape.fields, shape.struct, path);
    if (deeper !== undefined) return { deeper };
  }
  return undefined;
}

function scalarProblem(value: unknown, type: 'string' | 'int32' | 'int64'): FieldProblem | undefined {
  if (type === 'string') return typeof value === 'string' ? undefined : { got: kindOf(value), type };
  if (typeof value !== 'number') return { got: kindOf(value), type };
  return Number.isInteger(value) ? undefined : { got: `number ${value}`, type };
}

/** As Go names the kinds of JSON. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

type Json = Readonly<Record<string, unknown>>;

function podIn(spec: Json | undefined): Json {
  const template = spec?.['template'];
  const pod = isObject(template) ? template['spec'] : undefined;
  return isObject(pod) ? pod : {};
}

const COUNTS = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'];

function jobProblems(spec: Json): string[] {
  const negative = COUNTS.filter((name) => Number(spec[name] ?? 0) < 0).map(
    (name) => `spec.${name}: Invalid value: ${String(spec[name])}: must be greater than or equal to 0`,
  );
  const hasSelector = !isAbsent(spec['selector']) && spec['manualSelector'] !== true;
  return hasSelector ? [...negative, 'spec.selector: Invalid value: `selector` not auto-generated'] : negative;
}

const POD = 'spec.template.spec';
const POLICIES: ReadonlySet<string> = new Set(['OnFailure', 'Never']);
const MOST_SECONDS = 2 ** 31 - 1;

function podProblems(pod: Json): string[] {
  const { activeDeadlineSeconds: deadline } = pod;
  const names = new Set<unknown>();
  const containers = containersIn(pod, 'containers');
  return [
    ...(containers.length === 0 ? [`${POD}.containers: Required value`] : []),
    ...containers.flatMap((one, index) => containerProblems(one, `${POD}.containers[${index}]`, names)),
    ...containersIn(pod, 'initContainers').flatMap((one, index) =>
      containerProblems(one, `${POD}.initContainers[${index}]`, names),
    ),
    ...(isAbsent(deadline) || (Number(deadline) >= 1 && Number(deadline) <= MOST_SECONDS)
      ? []
      : [
          `${POD}.activeDeadlineSeconds: Invalid value: ${Number(deadline)}: must be between 1 and ${MOST_SECONDS}, inclusive`,
        ]),
    ...policyProblems(textOf(pod['restartPolicy']) || 'Always'),
  ];
}

function containersIn(pod: Json, field: 'containers' | 'initContainers'): readonly Json[] {
  const all = pod[field];
  return Array.isArray(all) ? all.map((one: unknown) => (isObject(one) ? one : {})) : [];
}

function policyProblems(policy: string): string[] {
  if (POLICIES.has(policy)) return [];
  const field = `${POD}.restartPolicy`;
  if (policy === 'Always') return [`${field}: Required value: valid values: "OnFailure", "Never"`];
  return [
    `${field}: Unsupported value: "${policy}": supported values: "Always", "OnFailure", "Never"`,
    `${field}: Unsupported value: "${policy}": supported values: "OnFailure", "Never"`,
  ];
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_WORDS =
  'a lowercase RFC 1123 label must consist of lower case alphanumeric characters or ' +
  "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', " +
  "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/** @param names  of the containers before; its own is added */
function containerProblems({ name, image, env }: Json, path: string, names: Set<unknown>): string[] {
  const variables: readonly unknown[] = Array.isArray(env) ? env : [];
  const problems = [
    ...(name ? nameProblems(textOf(name), path, names) : [`${path}.name: Required value`]),
    ...(image ? [] : [`${path}.image: Required value`]),
    ...variables.flatMap((one, index) => variableProblems(isObject(one) ? one : {}, `${path}.env[${index}]`)),
  ];
  names.add(name);
  return problems;
}

/** What it can only be, where it could be read. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function nameProblems(name: string, path: string, names: ReadonlySet<unknown>): string[] {
  if (!LABEL.test(name)) return [`${path}.name: Invalid value: "${name}": ${LABEL_WORDS}`];
  return names.has(name) ? [`${path}.name: Duplicate value: "${name}"`] : [];
}

function variableProblems({ name, value, valueFrom }: Json, path: string): string[] {
  const problems = name ? [] : [`${path}.name: Required value`];
  if (!isObject(valueFrom) || !value) return problems;
  return [...problems, `${path}.valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`];
}
