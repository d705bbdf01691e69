import { ALL_FACTS, factsOf, ownerOf } from '../kinds/facts/registry.ts';
import { beforeOf } from '../model/before.ts';
import type { ChangeVerb, ObjectChange } from '../model/change-event.ts';
import type { ObjectRef } from '../model/ref.ts';
import { RESOURCES } from '../model/resources.ts';
import type { AdmissionRequest } from './admission.ts';

const VERBS: Readonly<Record<AdmissionRequest['operation'], ChangeVerb | undefined>> = {
  CREATE: 'Created',
  UPDATE: 'Updated',
  DELETE: 'Deleted',
  CONNECT: undefined,
};

/**
 * What is told on: an object that is looked after, or the one that owns the object whose status changed. Undefined for
 * what nobody waits for. Which kinds are wanted in a cluster, its configuration of the webhook says: others do not arrive.
 */
export function changeOf(request: AdmissionRequest, cluster: string): ObjectChange | undefined {
  const object = request.object ?? request.oldObject;
  if (!object) return undefined;
  const { namespace = request.namespace, name = request.name, uid } = object.metadata;
  const refAs = (kind: string): ObjectRef => ({
    cluster,
    kind,
    namespace: namespace ?? '',
    name: name ?? '',
    uid: uid ?? '',
  });
  const before = foundBy(request);
  if (request.subResource) {
    const own = kindWithin(request);
    const ref = own === undefined ? ownerOf(cluster, object, ALL_FACTS, request.namespace) : refAs(own);
    return ref && { ref, verb: 'Changed', ...before };
  }
  const { group, version, kind } = request.kind;
  const verb = VERBS[request.operation];
  const known = factsOf(kind, ALL_FACTS);
  if (!verb || !known || `${group}/${version}` !== RESOURCES[known.kind].apiVersion) return undefined;
  return { ref: refAs(kind), verb, ...before };
}

/** What there was at admission. Nobody waits for an object to be gone. */
function foundBy({ operation, object, oldObject }: AdmissionRequest): Pick<ObjectChange, 'before'> {
  if (operation === 'CREATE' && object) return { before: beforeOf({ ...object.metadata, resourceVersion: '' }) };
  return operation === 'UPDATE' && oldObject ? { before: beforeOf(oldObject.metadata) } : {};
}

/** The kind of the object that a subresource is of, if that is looked after. */
function kindWithin({ resource }: AdmissionRequest): string | undefined {
  if (!resource) return undefined;
  const { group, version, resource: plural } = resource;
  return ALL_FACTS.map(({ kind }) => kind).find(
    (kind) => RESOURCES[kind].plural === plural && RESOURCES[kind].apiVersion === `${group}/${version}`,
  );
}
