import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import type { Action, Json } from '../vectors/experiment-world.ts';
import { type Taken, takeStep } from '../vectors/rollout-step.ts';
import { RolloutWorld } from '../vectors/rollout-world.ts';

const START = Date.parse('2026-11-05T10:00:00Z');

/** A cluster with one Rollout in it, taken step by step at times that the test says. */
export class Stage {
  readonly world = new RolloutWorld();
  private readonly name: string;
  private nowMs = START;

  constructor(rollout: Rollout, objects: readonly KubernetesObject[] = []) {
    this.name = rollout.metadata.name ?? '';
    this.world.add(rollout);
    for (const object of objects) this.world.add(object);
  }

  /** One step, so many seconds after the one before. */
  step(afterSeconds = 0): Taken & { readonly actions: readonly Action[] } {
    this.nowMs += afterSeconds * 1000;
    this.world.actions.length = 0;
    const taken = takeStep(this.world, this.name, new Date(this.nowMs));
    return { ...taken, actions: [...this.world.actions] };
  }

  /** Steps at one time until nothing is written. @returns how many wrote something */
  settle(limit = 15): number {
    for (let steps = 0; steps < limit; steps += 1) {
      if (this.step().actions.length === 0) return steps;
    }
    throw new Error(`still changing after ${limit} steps: ${JSON.stringify(this.world.actions)}`);
  }

  /** Steps, with all pods there as soon as they are wanted, until nothing is written. */
  live(limit = 40): void {
    for (let steps = 0; steps < limit; steps += 1) {
      const { actions } = this.step(1);
      if (!this.bringPods() && actions.length === 0) return;
    }
    throw new Error(`still changing after ${limit} steps: ${JSON.stringify(this.world.actions)}`);
  }

  /** All pods that ReplicaSets want are there and available, and no others. @returns whether that is new */
  bringPods(): boolean {
    let isNew = false;
    for (const { metadata, spec, status = {} } of this.replicaSets) {
      const count = spec?.replicas ?? 1;
      if ((status.availableReplicas ?? 0) === count && (status.replicas ?? 0) === count) continue;
      isNew = true;
      const counters = { replicas: count, readyReplicas: count, availableReplicas: count };
      this.patch('ReplicaSet', metadata.name ?? '', { status: counters });
    }
    return isNew;
  }

  patch(kind: string, name: string, patch: Json): void {
    this.world.happen({ op: 'patch', kind, name, patch });
  }

  /** Changes the specification, which begins a new generation. */
  change(spec: Json): void {
    const generation = (this.rollout.metadata.generation ?? 0) + 1;
    this.patch('Rollout', this.name, { metadata: { generation }, spec });
  }

  /** Another version of the image. */
  deploy(version: number): void {
    const containers = [{ name: 'app', image: `registry.example/guestbook:${version}` }];
    this.change({ template: { spec: { containers } } });
  }

  get now(): Date {
    return new Date(this.nowMs);
  }

  get rollout(): Rollout {
    return this.world.stored('Rollout', this.name) as Rollout;
  }

  get status(): RolloutStatus {
    return this.rollout.status ?? {};
  }

  get replicaSets(): readonly ReplicaSet[] {
    return this.world.storedAll('ReplicaSet');
  }
}
