import type { ChangeVerb, ObjectChange } from '../model/change-event.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { RESOURCES } from '../model/resources.ts';
import type { ObjectRef } from '../model/ref.ts';
import type { AdmissionRequest } from './admission.ts';

/** What has steps. */
const STEPPED = ['AnalysisRun', 'Experiment'] as const;
const API_VERSION = RESOURCES.AnalysisRun.apiVersion;

const VERBS: Readonly<Record<AdmissionRequest['operation'], ChangeVerb | undefined>> = {
  CREATE: 'Created',
  UPDATE: 'Updated',
  DELETE: 'Deleted',
  CONNECT: undefined,
};

/**
 * What is told on: a run or an experiment, or the one that owns the object whose status changed. Undefined for what
 * nobody waits for.
 */
export function changeOf(request: AdmissionRequest, cluster: string): ObjectChange | undefined {
  const object = request.object ?? request.oldObject;
  if (!object) return undefined;
  const { group, version, kind } = request.kind;
  if (request.subResource) {
    const ref = ownerRef(object, request, cluster);
    return ref && { ref, verb: 'Changed' };
  }
  const verb = VERBS[request.operation];
  if (!verb || `${group}/${version}` !== API_VERSION || !isStepped(kind)) return undefined;
  const { namespace = request.namespace, name = request.name, uid, resourceVersion } = object.metadata;
  const ref = { cluster, kind, namespace: namespace ?? '', name: name ?? '', uid: uid ?? '' };
  return { ref, verb, ...(resourceVersion && { resourceVersion }) };
}

/** The run that a Job was made for, or the experiment that a ReplicaSet was. */
function ownerRef({ metadata }: KubernetesObject, request: AdmissionRequest, cluster: string): ObjectRef | undefined {
  const owner = metadata.ownerReferences?.find(
    ({ controller, apiVersion, kind }) => controller === true && apiVersion === API_VERSION && isStepped(kind),
  );
  const namespace = metadata.namespace ?? request.namespace ?? '';
  return owner && { cluster, kind: owner.kind, namespace, name: owner.name, uid: owner.uid };
}

function isStepped(kind: string): boolean {
  return STEPPED.some((each) => each === kind);
}
