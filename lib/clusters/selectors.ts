import { AssayError } from '../model/errors.ts';
import { parseLabelSelector, type Selects } from '../model/label-selector.ts';
import { RESOURCES, type ResourceKind } from '../model/resources.ts';

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
