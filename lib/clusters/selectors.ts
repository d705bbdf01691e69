import { AssayError } from '../model/errors.ts';
import type { KubernetesObject } from '../model/outcome.ts';
import type { ResourceKind } from '../model/ports.ts';
import { RESOURCES } from '../model/resources.ts';

/** Says whether an object is selected. */
export type Selects = (object: KubernetesObject) => boolean;
type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const NAME = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?`;
const VALUE = String.raw`[-A-Za-z0-9_.]*`;
const SET = new RegExp(String.raw`^(${NAME})\s+(in|notin)\s+\(([^()]*)\)$`);
const SET_VALUES = new RegExp(String.raw`^\s*${VALUE}\s*(?:,\s*${VALUE}\s*)*$`);
const EQUALITY = new RegExp(String.raw`^(${NAME})\s*(==|=|!=)\s*(${VALUE})$`);
const PRESENCE = new RegExp(String.raw`^(!?)\s*(${NAME})$`);
const COMPARISON = new RegExp(String.raw`^(${NAME})\s*([<>])\s*(-?\d+)$`);

/**
 * Compiles a label selector: `a=b`, `a==b`, `a!=b`, `a in (b, c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<2`, joined by
 * commas. As on an API server, `!=` and `notin` select objects without the label too.
 *
 * @param text  nothing or blank selects everything
 * @throws      AssayError ASSAY_CLUSTER_REFUSED if it cannot be read
 * @source      labels.Parse of k8s.io/apimachinery
 */
export function parseLabelSelector(text: string | undefined): Selects {
  if (!text?.trim()) return () => true;
  const requirements = splitOutsideParentheses(text).map((part) => parseRequirement(part.trim(), text));
  return ({ metadata: { labels = {} } }) => requirements.every((isMet) => isMet(labels));
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^()]*\))/);
}

function parseRequirement(part: string, text: string): Requirement {
  const [, setName = '', setOperator, list = ''] = SET.exec(part) ?? [];
  if (setOperator && SET_VALUES.test(list)) {
    const values = new Set(list.split(',').map((value) => value.trim()));
    const wanted = setOperator === 'in';
    return (labels) => (Object.hasOwn(labels, setName) && values.has(labels[setName] ?? '')) === wanted;
  }
  const [, name = '', operator, value] = EQUALITY.exec(part) ?? [];
  if (operator === '!=') return (labels) => labels[name] !== value;
  if (operator) return (labels) => labels[name] === value;
  const [, not, present] = PRESENCE.exec(part) ?? [];
  if (present) return (labels) => Object.hasOwn(labels, present) !== (not === '!');
  const [, number = '', relation, bound] = COMPARISON.exec(part) ?? [];
  if (relation) return (labels) => isBeyond(labels[number], relation, Number(bound));
  throw refused(`unable to parse the label selector "${text}"`);
}

function isBeyond(value: string | undefined, relation: string, bound: number): boolean {
  if (value === undefined || !/^-?\d+$/.test(value)) return false;
  return relation === '>' ? Number(value) > bound : Number(value) < bound;
}

/** What API servers let be selected beside `metadata.name` and `metadata.namespace`; for our kinds the CRDs say so. */
const SELECTABLE: Readonly<Partial<Record<ResourceKind, readonly string[]>>> = {
  AnalysisRun: ['status.phase'],
  Experiment: ['status.phase'],
  Event: [
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
      (field) => `involvedObject.${field}`,
    ),
    'reason',
    'reportingComponent',
    'type',
  ],
  Job: ['status.successful'],
  Namespace: ['status.phase'],
  Pod: ['spec.nodeName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
  ReplicaSet: ['status.replicas'],
  Secret: ['type'],
  Service: ['spec.clusterIP', 'spec.type'],
};

/**
 * Compiles a field selector: `a=b`, `a==b`, `a!=b`, joined by commas. A missing field counts as empty.
 *
 * @throws  AssayError ASSAY_CLUSTER_REFUSED if it cannot be read, or names a field that `kind` is not selected by
 * @source  fields.ParseSelector of k8s.io/apimachinery
 */
export function parseFieldSelector(text: string | undefined, kind: ResourceKind): Selects {
  if (!text?.trim()) return () => true;
  const terms = text.split(',').map((part) => {
    const [, field, operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim()) ?? [];
    if (!field) throw refused(`invalid field selector: "${text}"`);
    if (!isSelectable(kind, field)) throw refused(`field label not supported: ${field}`);
    return { path: field.split('.'), value, wanted: operator !== '!=' };
  });
  return (object) => terms.every(({ path, value, wanted }) => (readField(object, path) === value) === wanted);
}

function isSelectable(kind: ResourceKind, field: string): boolean {
  if (field === 'metadata.name') return true;
  if (field === 'metadata.namespace') return RESOURCES[kind].namespaced;
  return SELECTABLE[kind]?.includes(field) ?? false;
}

function readField(object: unknown, path: readonly string[]): string {
  let value = object;
  for (const name of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** What lists and watches leave in. @throws AssayError ASSAY_CLUSTER_REFUSED for selectors that cannot be read */
export function selectsOf(
  kind: ResourceKind,
  query: { namespace?: string; labelSelector?: string; fieldSelector?: string },
): Selects {
  const hasLabels = parseLabelSelector(query.labelSelector);
  const hasFields = parseFieldSelector(query.fieldSelector, kind);
  const { namespace } = query;
  return (object) =>
    (!namespace || !RESOURCES[kind].namespaced || object.metadata.namespace === namespace) &&
    hasLabels(object) &&
    hasFields(object);
}

function refused(message: string): AssayError {
  return new AssayError('ASSAY_CLUSTER_REFUSED', message);
}
