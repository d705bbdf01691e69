import type { Cluster } from '../../model/cluster.ts';
import { AssayError } from '../../model/errors.ts';
import type { KubernetesObject, ObjectMeta } from '../../model/kubernetes.ts';
import { RESOURCES, type ResourceKind } from '../../model/resources.ts';
import { isSame } from './apply-patch.ts';
import { requireKind, requireNamespace } from '../api/path.ts';
import { copy, type Draft } from './store.ts';
import { wholeSeconds } from '../../model/whole-seconds.ts';

/** What an API server does to objects before it stores them. */
export interface Admission {
  /** @throws AssayError ASSAY_CLUSTER_REFUSED */
  create(kind: ResourceKind, object: KubernetesObject): Draft;
  /**
   * The object to store, or `current` itself where nothing changes: that write is none.
   * @throws AssayError ASSAY_CLUSTER_REFUSED, ASSAY_CLUSTER_CONFLICT
   */
  update(kind: ResourceKind, current: KubernetesObject, patched: unknown): Draft | KubernetesObject;
  /** The same for a write of the status subresource: of what was patched it takes the status and nothing else. */
  updateStatus(kind: ResourceKind, current: KubernetesObject, patched: unknown): Draft | KubernetesObject;
}

export interface AdmissionOptions {
  readonly now: () => Date;
  readonly newUid: () => string;
  readonly apiVersions: NonNullable<Cluster['apiVersions']>;
  /** What is wrong with a custom resource, in the words of its CRD; empty: nothing. */
  readonly validate: (object: KubernetesObject) => readonly string[];
}

const WITHOUT_GENERATION: ReadonlySet<ResourceKind> = new Set(['Secret', 'Service', 'Event', 'Namespace']);

export function memoryAdmission({ now, newUid, validate, apiVersions }: AdmissionOptions): Admission {
  const check = (object: KubernetesObject): void => {
    const problems = [
      ...labelProblems(object.metadata),
      ...(object.apiVersion.startsWith('argoproj.io/') ? validate(object) : []),
    ];
    if (problems.length > 0) throw invalid(object, problems.join(', '));
  };

  return {
    create(kind, given) {
      requireKind(kind, given, apiVersions);
      requireNamespace(kind, given.metadata.namespace);
      const draft: Draft = copy({ ...given });
      const { namespace, ...metadata } = draft.metadata;
      if (metadata.resourceVersion) {
        throw new AssayError('ASSAY_CLUSTER_REFUSED', 'resourceVersion should not be set on objects to be created');
      }
      const name = metadata.name || generateName(metadata.generateName);
      if (!name) throw invalid(given, 'metadata.name: Required value: name or generateName is required');
      if (!isSubdomain(name)) {
        throw invalid(given, `metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain is required`);
      }
      draft.metadata = {
        ...metadata,
        name,
        ...(RESOURCES[kind].namespaced && namespace && { namespace }),
        uid: newUid(),
        creationTimestamp: wholeSeconds(now()),
        ...(!WITHOUT_GENERATION.has(kind) && { generation: 1 }),
      };
      if (RESOURCES[kind].status === 'subresource') delete draft['status'];
      check(draft);
      return draft;
    },

    update(kind, current, patched) {
      if (!isDraft(patched)) throw new AssayError('ASSAY_CLUSTER_REFUSED', 'the patched document is no object');
      const draft = keepIdentity(current, copy(patched));
      if (RESOURCES[kind].status === 'subresource') setStatus(draft, current);
      if (isSame(current, draft)) return current;
      const { generation } = current.metadata;
      if (generation !== undefined && !isSame(withoutMetadata(current), withoutMetadata(draft))) {
        draft.metadata = { ...draft.metadata, generation: generation + 1 };
      }
      check(draft);
      return draft;
    },

    updateStatus(_kind, current, patched) {
      if (!isDraft(patched)) throw new AssayError('ASSAY_CLUSTER_REFUSED', 'the patched document is no object');
      const { metadata: _, ...changed } = keepIdentity(current, copy(patched));
      const draft: Draft = copy({ ...current });
      setStatus(draft, changed);
      if (isSame(current, draft)) return current;
      check(draft);
      return draft;
    },
  };
}

/**
 * Gives a draft the status of another object. Neither write of the two sees what the other may change, and no status
 * raises the generation.
 * @source customResourceStrategy and statusStrategy of k8s.io/apiextensions-apiserver/pkg/registry/customresource
 */
function setStatus(draft: Draft, from: object): void {
  const status: unknown = Reflect.get(from, 'status');
  if (status === undefined) delete draft['status'];
  else draft['status'] = status;
}

/** Refuses or undoes what no write may change. @source BeforeUpdate of k8s.io/apiserver/pkg/registry/rest */
function keepIdentity(current: KubernetesObject, draft: Draft): Draft {
  const before = current.metadata;
  const after = draft.metadata;
  if (draft.apiVersion !== current.apiVersion || draft.kind !== current.kind) {
    throw new AssayError('ASSAY_CLUSTER_REFUSED', 'the kind of an object cannot be changed');
  }
  if (after.name !== before.name || after.namespace !== before.namespace) {
    throw new AssayError('ASSAY_CLUSTER_REFUSED', 'the name of the object does not match the name on the URL');
  }
  if (after.resourceVersion !== before.resourceVersion) throw versionProblem(draft);
  if (after.uid !== undefined && after.uid !== before.uid) {
    throw invalid(draft, `metadata.uid: Invalid value: "${after.uid}": field is immutable`);
  }
  if (before.deletionTimestamp && after.finalizers?.some((finalizer) => !before.finalizers?.includes(finalizer))) {
    throw invalid(
      draft,
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted',
    );
  }
  draft.metadata = withoutEmpty({
    ...after,
    uid: before.uid,
    generation: before.generation,
    creationTimestamp: before.creationTimestamp,
    deletionTimestamp: before.deletionTimestamp,
    deletionGracePeriodSeconds: before.deletionGracePeriodSeconds,
  });
  return draft;
}

function versionProblem(draft: Draft): AssayError {
  const { name, resourceVersion } = draft.metadata;
  if (!resourceVersion || !/^\d+$/.test(resourceVersion)) {
    return invalid(draft, 'metadata.resourceVersion: Invalid value: must be specified for an update');
  }
  return new AssayError(
    'ASSAY_CLUSTER_CONFLICT',
    `Operation cannot be fulfilled on ${draft.kind} "${name}": the object has been modified; ` +
      'please apply your changes to the latest version and try again',
  );
}

/** API servers leave empty metadata out of what they store, whoever wrote it. */
function withoutEmpty(metadata: Readonly<Record<string, unknown>>): ObjectMeta {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function withoutMetadata(object: KubernetesObject): Record<string, unknown> {
  const { metadata: _, ...rest } = object;
  return rest;
}

function isDraft(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && isObject(Reflect.get(value, 'metadata'));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_NAME = /^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function labelProblems({ labels = {} }: ObjectMeta): string[] {
  return Object.entries(labels).flatMap(([name, value]) => [
    ...(LABEL_NAME.test(name) ? [] : [`metadata.labels: Invalid value: "${name}"`]),
    ...(LABEL_VALUE.test(value) ? [] : [`metadata.labels: Invalid value: "${value}"`]),
  ]);
}

function isSubdomain(name: string): boolean {
  return name.length <= 253 && name.split('.').every((part) => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(part));
}

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** @source SimpleNameGenerator of k8s.io/apiserver: five letters, 63 in all */
function generateName(prefix: string | undefined): string {
  if (!prefix) return '';
  return prefix.slice(0, 58) + Array.from({ length: 5 }, randomLetter).join('');
}

function randomLetter(): string {
  return SUFFIX_LETTERS.charAt(Math.floor(Math.random() * SUFFIX_LETTERS.length));
}

function invalid(object: KubernetesObject, message: string): AssayError {
  const name = object.metadata.name ?? object.metadata.generateName ?? '';
  return new AssayError('ASSAY_CLUSTER_REFUSED', `${object.kind} "${name}" is invalid: ${message}`);
}
