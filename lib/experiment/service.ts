import { isAbsent } from '../model/empty.ts';
import { hasText } from '../analysis/limits.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import type { Experiment, TemplateSpec, TemplateStatus } from '../model/experiment.ts';
import type { Reply } from '../model/reply.ts';
import { isOfTemplate } from './claim.ts';
import type { Service } from './seen.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import { targetOf } from '../workload/target.ts';
import { ownAnnotations, ownerReference, type Work } from './work.ts';

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

/** A port of a Service. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol?: string;
}

/**
 * Sees to it that a template has a Service while it has pods, if it asks for one, and has none otherwise.
 *
 * @param before  how the template stood
 * @returns how it stands then: the Service is named in it, or why there is none
 */
export function reconcileService(
  work: Work,
  template: TemplateSpec,
  before: TemplateStatus,
  replicaSet: ReplicaSet,
  desired: number,
): TemplateStatus {
  const wantsService = !isAbsent(template.service);
  if (wantsService && desired !== 0) return createService(work, template, before, replicaSet);
  const isUnused = !wantsService || (replicaSet.status?.availableReplicas ?? 0) === 0;
  return isUnused ? deleteService(work, template, before) : before;
}

/** @source createTemplateService in experiments/experiment.go of argoproj/argo-rollouts */
function createService(
  work: Work,
  template: TemplateSpec,
  before: TemplateStatus,
  replicaSet: ReplicaSet,
): TemplateStatus {
  const own = replicaSet.metadata.name ?? '';
  const known = work.services.get(template.name);
  const ports = servicePorts(replicaSet);
  if (known?.metadata.name === own || ports.length === 0) return before;

  const name = hasText(template.service?.name) ? template.service.name : own;
  // Argo tries at every reconcile to create one that is there, and is content to hear so.
  if (known?.metadata.name !== name) {
    const service = newService(work.experiment, template, { name, replicaSet, ports });
    const reply = work.writes.make({ verb: 'create', object: service });
    const problem = problemOf(reply, work.experiment, template, name);
    if (problem !== undefined) {
      const message = `Failed to create Service ${name} for template '${template.name}': ${problem}`;
      return { ...before, status: 'Error', message };
    }
    work.services.set(template.name, service);
  }
  const { podTemplateHash: _old, ...rest } = before;
  const hash = replicaSet.metadata.labels?.[POD_HASH_LABEL] ?? '';
  return { ...rest, serviceName: name, ...(hash !== '' && { podTemplateHash: hash }) };
}

/** @source deleteTemplateService in experiments/experiment.go of argoproj/argo-rollouts */
function deleteService(work: Work, template: TemplateSpec, before: TemplateStatus): TemplateStatus {
  const service = work.services.get(template.name);
  if (service === undefined) return before;
  const reply = work.writes.make({ verb: 'delete', target: targetOf(service) });
  if (reply.went === 'failed') {
    const message = `Failed to delete Service for template '${template.name}': ${reply.message}`;
    return { ...before, status: 'Error', message };
  }
  work.services.delete(template.name);
  const { serviceName: _name, podTemplateHash: _hash, ...rest } = before;
  return rest;
}

function problemOf(reply: Reply, experiment: Experiment, template: TemplateSpec, name: string): string | undefined {
  if (reply.went === 'done') return undefined;
  if (reply.went === 'failed') return `cannot create service: ${reply.message}`;
  if ('problem' in reply.found) return `did not get existing service with name ${name}: ${reply.found.problem}`;
  if (isOfTemplate(reply.found.object, experiment, template.name)) return undefined;
  return `service ${name} already exists and is not owned by experiment template ${template.name}`;
}

/** It selects by all labels of the ReplicaSet. */
function newService(
  experiment: Experiment,
  template: TemplateSpec,
  { name, replicaSet, ports }: { name: string; replicaSet: ReplicaSet; ports: readonly ServicePort[] },
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: experiment.metadata.namespace ?? '',
      annotations: ownAnnotations(experiment, template.name),
      ownerReferences: [ownerReference(experiment)],
    },
    spec: { selector: replicaSet.metadata.labels ?? {}, ports },
  };
}

/** All ports of the containers, in order; names and protocols only where they are given. */
function servicePorts({ spec }: ReplicaSet): ServicePort[] {
  const containers = (spec?.template?.spec?.containers ?? []) as readonly { ports?: readonly ContainerPort[] | null }[];
  return containers.flatMap(({ ports }) => ports ?? []).map(servicePort);
}

function servicePort({ name, containerPort, protocol }: ContainerPort): ServicePort {
  const port = { port: containerPort, targetPort: containerPort };
  return { ...(hasText(name) && { name }), ...port, ...(hasText(protocol) && { protocol }) };
}
