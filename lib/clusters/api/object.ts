import type { ListPage, WatchEvent } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import { RESOURCES, type ResourceKind } from '../../model/resources.ts';
import { isAbsent } from '../../model/empty.ts';
import { parseJson } from '../../model/exact-json.ts';
import { AssayError } from '../../model/errors.ts';
import { isObject } from '../../model/is-object.ts';
import { type ApiStatus, failureOf } from './failure.ts';

/** What servers send in a watch beside its events. */
interface ErrorEvent {
  readonly type: 'ERROR';
  readonly object: ApiStatus;
}

/** Told of an object that cannot be read, in words: it is left out. */
export type SetAside = (problem: string) => void;

/**
 * @param cluster  begins the messages
 * @throws AssayError ASSAY_RESOURCE_INVALID for what is no object, ASSAY_CLUSTER_UNREACHABLE for what is no JSON
 */
export function readObject(cluster: string, kind: ResourceKind, body: string): KubernetesObject {
  const object = parse(cluster, body);
  const problem = findProblem(object);
  if (problem === undefined) return normalize(kind, object as KubernetesObject);
  throw new AssayError('ASSAY_RESOURCE_INVALID', `${kind} ${nameOf(object)}: ${problem}`, { cluster });
}

/**
 * What cannot be read of a list does not take the rest with it.
 * @throws AssayError ASSAY_CLUSTER_UNREACHABLE for what is no list
 */
export function readPage(
  cluster: string,
  kind: ResourceKind,
  body: string,
  setAside: SetAside,
): ListPage<KubernetesObject> {
  const list = parse(cluster, body);
  const metadata = isObject(list) ? list['metadata'] : undefined;
  const items = isObject(list) ? (list['items'] ?? []) : undefined;
  if (!isObject(metadata) || !Array.isArray(items)) throw unreadable(cluster, 'a list that is none');
  const { resourceVersion, continue: next } = metadata;
  return {
    items: (items as readonly unknown[]).flatMap((item) => readItem(kind, item, setAside)),
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    ...(typeof next === 'string' && next !== '' && { continue: next }),
  };
}

/**
 * Undefined for an event whose object cannot be read.
 * @throws AssayError for an ERROR: ASSAY_CLUSTER_EXPIRED above all
 */
export function readWatchEvent(
  cluster: string,
  kind: ResourceKind,
  line: string,
  setAside: SetAside,
): WatchEvent<KubernetesObject> | undefined {
  const event = parse(cluster, line);
  if (!isObject(event)) throw unreadable(cluster, 'an event that is none');
  const { type, object } = event as unknown as WatchEvent<KubernetesObject> | ErrorEvent;
  if (type === 'ERROR') {
    throw failureOf(cluster, { status: object?.code ?? 500, headers: {}, body: JSON.stringify(object) });
  }
  // It carries a version and no name.
  if (type === 'BOOKMARK' && isObject(object?.metadata)) return { type, object: normalize(kind, object) };
  return readItem(kind, object, setAside).map((readable) => ({ type, object: readable }))[0];
}

function readItem(kind: ResourceKind, item: unknown, setAside: SetAside): KubernetesObject[] {
  const problem = findProblem(item);
  if (problem === undefined) return [normalize(kind, item as KubernetesObject)];
  setAside(`${kind} ${nameOf(item)}: ${problem}`);
  return [];
}

function parse(cluster: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw unreadable(cluster, 'what is no JSON');
  }
}

/** Whoever speaks there is no API server, or was cut off. */
function unreadable(cluster: string, what: string): AssayError {
  return new AssayError('ASSAY_CLUSTER_UNREACHABLE', `answered with ${what}`, { retry: true, cluster });
}

/**
 * Why what a server gives for an object cannot be worked with; undefined: it can. API servers see to the metadata of
 * all they store; but not everything that speaks for one is one.
 */
function findProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'is no object';
  const { metadata } = value;
  if (!isObject(metadata)) return 'has no metadata';
  if (typeof metadata['name'] !== 'string') return 'has no name';
  const isOff = (isRight: (field: unknown) => boolean) => (name: string) =>
    !isAbsent(metadata[name]) && !isRight(metadata[name]);
  const list = ['ownerReferences', 'finalizers'].find(isOff(Array.isArray));
  if (list !== undefined) return `metadata.${list} is no list`;
  const map = ['labels', 'annotations'].find(isOff(isObject));
  return map === undefined ? undefined : `metadata.${map} is no map`;
}

function nameOf(value: unknown): string {
  const metadata = isObject(value) ? value['metadata'] : undefined;
  const { namespace, name } = isObject(metadata) ? metadata : {};
  return JSON.stringify([namespace, name].filter((part) => typeof part === 'string').join('/'));
}

/**
 * What API servers list of their own kinds comes without `apiVersion` and `kind`; and `managedFields`, which may be
 * larger than the rest of an object, is of no use here.
 */
function normalize(kind: ResourceKind, object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata as KubernetesObject['metadata'] & {
    managedFields?: unknown;
  };
  // Which version a kind is asked for in is a setting of the cluster.
  const { apiVersion = RESOURCES[kind].apiVersion } = object as Partial<KubernetesObject>;
  return { ...object, apiVersion, kind, metadata };
}
