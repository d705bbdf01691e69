import { POD_HASH_LABEL } from '../model/labels.ts';
import { quote } from '../expression/go/strconv.ts';
import type { Experiment, TemplateSpec, TemplateStatus } from '../model/experiment.ts';
import { isOfTemplate } from './claim.ts';
import { isPodTemplateEqual } from '../workload/pod-template-equal.ts';
import { podTemplateHash, withoutHash } from '../workload/pod-template-hash.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { note, ownAnnotations, ownerReference, TEMPLATE_ANNOTATION, timeOf, type Work } from './work.ts';

/** A name that is taken is tried again this often. */
const RETRY_MS = 10_000;

/**
 * The ReplicaSet of a template, without pods as yet. Its hash is a label of the pods, the selector and itself.
 * @source newReplicaSetFromTemplate in experiments/replicaset.go of argoproj/argo-rollouts
 */
export function newReplicaSet(experiment: Experiment, template: TemplateSpec, collisionCount?: number): ReplicaSet {
  const { name = '', namespace = '' } = experiment.metadata;
  const pods = withoutHash(template.template);
  const hash = { [POD_HASH_LABEL]: podTemplateHash(pods, collisionCount) };
  const labels = { ...pods.metadata?.labels, ...hash };
  const { minReadySeconds = 0, selector } = template;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${template.name}`,
      namespace,
      labels,
      annotations: ownAnnotations(experiment, template.name),
      ownerReferences: [ownerReference(experiment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds !== 0 && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...hash } },
      template: { ...pods, metadata: { ...pods.metadata, labels } },
    },
  };
}

/** How a template stands, and its ReplicaSet, where it has one. */
export interface Maintained {
  readonly status: TemplateStatus;
  readonly replicaSet: ReplicaSet | undefined;
}

/**
 * Creates the ReplicaSet of a template that has none, without pods.
 *
 * @param before  how the template stood
 * @returns no ReplicaSet if that failed, or if something else has the name: then it is tried again until the
 *          template's deadline
 * @source createReplicaSetForTemplate in experiments/experiment.go of argoproj/argo-rollouts, which adds an entry to
 *         the status at every such try, without end, and never fails
 */
export function createReplicaSet(
  work: Work,
  template: TemplateSpec,
  before: TemplateStatus,
  desired: number,
): Maintained {
  const wanted = newReplicaSet(work.experiment, template, before.collisionCount);
  const { name = '' } = wanted.metadata;
  const reply = work.writes.make({ verb: 'create', object: wanted });
  if (reply.went === 'failed') {
    const problem = `Failed to create new replica set ${quote(name)}: ${reply.message}`;
    note(work, 'ReplicaSetCreateError', problem);
    return { status: failed(before, template, reply.message), replicaSet: undefined };
  }
  if (reply.went === 'exists' && 'problem' in reply.found) {
    return { status: failed(before, template, reply.found.problem), replicaSet: undefined };
  }
  const there: ReplicaSet = reply.went === 'exists' && 'object' in reply.found ? reply.found.object : wanted;
  if (reply.went === 'exists' && !isSameReplicaSet(wanted, there, work.experiment)) {
    return { status: desired > 0 ? waiting(work, template, before, there) : before, replicaSet: undefined };
  }
  work.replicaSets.set(template.name, there);
  const { message, ...silent } = before;
  const said = before.status === 'Progressing' || message === undefined ? {} : { message };
  return { status: { ...silent, ...said, lastTransitionTime: timeOf(work.now) }, replicaSet: there };
}

function failed(before: TemplateStatus, { name }: TemplateSpec, problem: string): TemplateStatus {
  return { ...before, status: 'Error', message: `Failed to create ReplicaSet for template '${name}': ${problem}` };
}

/** The name may become free, as when an experiment is made anew while the old one's pods are still being removed. */
function waiting(work: Work, { name }: TemplateSpec, before: TemplateStatus, there: ReplicaSet): TemplateStatus {
  work.wakesMs.push(work.now.getTime() + RETRY_MS);
  const { lastTransitionTime = timeOf(work.now) } = before;
  if (isOfTemplate(there, work.experiment, name)) return { ...before, lastTransitionTime };
  const { name: taken = '' } = there.metadata;
  const message = `ReplicaSet ${taken} already exists and is not owned by experiment template ${name}`;
  return { ...before, lastTransitionTime, message };
}

/**
 * Whether a ReplicaSet that has the name of a wanted one is that one.
 * @source isReplicaSetSemanticallyEqual in experiments/replicaset.go of argoproj/argo-rollouts
 */
export function isSameReplicaSet(wanted: ReplicaSet, existing: ReplicaSet, experiment: Experiment): boolean {
  const template = wanted.metadata.annotations?.[TEMPLATE_ANNOTATION] ?? '';
  if (!isOfTemplate(existing, experiment, template)) return false;
  return isPodTemplateEqual(existing.spec?.template ?? {}, wanted.spec?.template ?? {});
}
