import type { Experiment } from '../model/experiment.ts';
import type { OwnerReference } from '../model/kubernetes.ts';
import type { OutcomeEvent } from '../model/outcome.ts';
import { formatted } from '../expression/go/formatted.ts';
import type { SeenExperiment, Service } from './seen.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import type { Writes } from '../workload/writes.ts';

/** On ReplicaSets and Services: the experiment, and which of its templates they are for. */
export const EXPERIMENT_ANNOTATION = 'experiment.argoproj.io/name';
export const TEMPLATE_ANNOTATION = 'experiment.argoproj.io/template-name';

/** A decision in the making: what it is about, and what it has come to so far. */
export interface Work {
  readonly seen: SeenExperiment;
  /** As it was stored: nothing that is decided now changes what is decided next. */
  readonly experiment: Experiment;
  readonly isTerminating: boolean;
  readonly now: Date;
  /** By template. Those that are created now come in too. */
  readonly replicaSets: Map<string, ReplicaSet>;
  readonly services: Map<string, Service>;
  readonly writes: Writes;
  readonly events: OutcomeEvent[];
  /** Times, in milliseconds since 1970, at which something wants to be looked at again. */
  readonly wakesMs: number[];
}

/** A time to the millisecond; statuses are cut to whole seconds at the very end. */
export function timeOf(now: Date): string {
  return now.toISOString();
}

export function warn(work: Work, reason: string, message: string): void {
  work.events.push({ type: 'Warning', reason, message: formatted(message) });
}

export function note(work: Work, reason: string, message: string): void {
  work.events.push({ type: 'Normal', reason, message: formatted(message) });
}

/** Makes the experiment the owner of what it creates: it goes when the experiment does. */
export function ownerReference({ metadata }: Experiment): OwnerReference {
  const { name = '', uid = '' } = metadata;
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name, uid };
  return { ...owner, controller: true, blockOwnerDeletion: true };
}

/** The annotations of a template's ReplicaSet and Service. */
export function ownAnnotations({ metadata }: Experiment, template: string): Record<string, string> {
  return { [EXPERIMENT_ANNOTATION]: metadata.name ?? '', [TEMPLATE_ANNOTATION]: template };
}
