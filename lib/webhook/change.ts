import { factsOf, ownerOf } from '../kinds/facts/registry.ts';
import type { ChangeVerb, ObjectChange } from '../model/change-event.ts';
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
 * what nobody waits for.
 */
export function changeOf(request: AdmissionRequest, cluster: string): ObjectChange | undefined {
  const object = request.object ?? request.oldObject;
  if (!object) return undefined;
  const { group, version, kind } = request.kind;
  if (request.subResource) {
    const ref = ownerOf(cluster, object, undefined, request.namespace);
    return ref && { ref, verb: 'Changed' };
  }
  const verb = VERBS[request.operation];
  const known = factsOf(kind);
  if (!verb || !known || `${group}/${version}` !== RESOURCES[known.kind].apiVersion) return undefined;
  const { namespace = request.namespace, name = request.name, uid, resourceVersion } = object.metadata;
  const ref = { cluster, kind, namespace: namespace ?? '', name: name ?? '', uid: uid ?? '' };
  return { ref, verb, ...(resourceVersion && { resourceVersion }) };
}
