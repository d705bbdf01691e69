import type { Rollout } from '../model/rollout.ts';
import type { Found } from '../model/reply.ts';
import type { Workload } from './seen.ts';

/** On a Rollout: the generation of the workload whose template it uses. */
export const WORKLOAD_GENERATION_ANNOTATION = 'rollout.argoproj.io/workload-generation';

/** A Rollout with the template that it uses. */
export interface Resolved {
  readonly rollout: Rollout;
  /** Whether the template comes from elsewhere. */
  readonly isResolved: boolean;
  /** Why the template cannot be had. */
  readonly problem?: string;
}

/** What may have a template, by group and kind. */
const SUPPORTED = new Set(['/PodTemplate', 'apps/Deployment', 'apps/ReplicaSet']);

/**
 * Takes the pod template, and the selector if there is none, from what `workloadRef` names.
 * @source Resolve in rollout/templateref.go of argoproj/argo-rollouts
 */
export function resolveWorkload(rollout: Rollout, workload: Found<Workload> | undefined): Resolved {
  const { metadata, spec } = rollout;
  const { [WORKLOAD_GENERATION_ANNOTATION]: _old, ...annotations } = metadata.annotations ?? {};
  if (spec.workloadRef === undefined) {
    const isNoted = metadata.annotations?.[WORKLOAD_GENERATION_ANNOTATION] !== undefined;
    return { rollout: isNoted ? { ...rollout, metadata: { ...metadata, annotations } } : rollout, isResolved: false };
  }
  const problem = problemOf(rollout, workload);
  if (problem !== undefined || workload === undefined || 'problem' in workload) {
    return { rollout, isResolved: false, problem: problem ?? 'not found' };
  }
  const { object } = workload;
  const template = object.spec?.template ?? object.template;
  const selector = spec.selector ?? object.spec?.selector;
  const generation = String(object.metadata.generation ?? 0);
  return {
    rollout: {
      ...rollout,
      metadata: { ...metadata, annotations: { ...annotations, [WORKLOAD_GENERATION_ANNOTATION]: generation } },
      spec: { ...spec, ...(template && { template }), ...(selector && { selector }) },
    },
    isResolved: template !== undefined,
  };
}

function problemOf({ spec }: Rollout, workload: Found<Workload> | undefined): string | undefined {
  const { labels = {}, annotations = {} } = spec.template?.metadata ?? {};
  if (Object.keys(labels).length > 0 || Object.keys(annotations).length > 0) {
    return 'template must be empty for workload reference rollout';
  }
  const { apiVersion = '', kind = '', name = '' } = spec.workloadRef ?? {};
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (!SUPPORTED.has(`${group}/${kind}`)) return `workload of type ${group}/${kind} is not supported`;
  if (workload === undefined) return `${kind.toLowerCase()}s.${group} "${name}" not found`;
  return 'problem' in workload ? workload.problem : undefined;
}
