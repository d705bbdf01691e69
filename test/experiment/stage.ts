import type { Experiment, ExperimentStatus } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { type Taken, takeStep } from '../vectors/experiment-step.ts';
import { type Action, type Json, World } from '../vectors/experiment-world.ts';

const START = Date.parse('2026-11-05T10:00:00Z');

/** A cluster with one experiment in it, taken step by step at times that the test says. */
export class Stage {
  readonly world = new World();
  private readonly name: string;
  private nowMs = START;

  constructor(experiment: Experiment, objects: readonly KubernetesObject[] = []) {
    this.name = experiment.metadata.name ?? '';
    this.world.add(experiment);
    for (const object of objects) this.world.add(object);
  }

  /** One step, so many seconds after the one before. */
  step(afterSeconds = 0): Taken & { readonly actions: readonly Action[]; readonly nextSeconds: number | undefined } {
    this.nowMs += afterSeconds * 1000;
    this.world.actions.length = 0;
    const taken = takeStep(this.world, this.name, new Date(this.nowMs));
    const nextSeconds = taken.nextAt && (taken.nextAt.getTime() - this.nowMs) / 1000;
    return { ...taken, actions: [...this.world.actions], nextSeconds };
  }

  /** Steps at one time until nothing changes. @returns how many changed something */
  settle(limit = 10): number {
    for (let steps = 0; steps < limit; steps += 1) {
      const { actions, isPatched } = this.step();
      if (actions.length === 0 && !isPatched) return steps;
    }
    throw new Error(`still changing after ${limit} steps`);
  }

  patch(kind: string, name: string, patch: Json): void {
    this.world.happen({ op: 'patch', kind, name, patch });
  }

  /** So many pods of the ReplicaSet of a template are there, and available. */
  pods(template: string, count: number): void {
    const status = { replicas: count, readyReplicas: count, availableReplicas: count };
    this.patch('ReplicaSet', `${this.name}-${template}`, { status });
  }

  get experiment(): Experiment {
    return this.world.stored('Experiment', this.name) as Experiment;
  }

  get status(): ExperimentStatus {
    return this.experiment.status ?? {};
  }

  replicasOf(template: string): number | undefined {
    const replicaSet = this.world.stored('ReplicaSet', `${this.name}-${template}`);
    return (replicaSet as { readonly spec?: { readonly replicas?: number } } | undefined)?.spec?.replicas;
  }
}
