import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { TrafficWeights, WeightDestination } from '../../model/rollout-status.ts';
import { maxTrafficWeight } from '../defaults.ts';
import { isSameStatus } from '../stored.ts';
import type { Wanted } from './wanted-weight.ts';

/** Between which versions traffic is split. */
export interface Hashes {
  readonly canary: string;
  readonly stable: string;
}

/**
 * What the status says of the weights.
 * @source calculateWeightStatus in rollout/trafficrouting.go of argoproj/argo-rollouts
 */
export function weightsOf(rollout: Rollout, hashes: Hashes, { weight, additional }: Wanted): TrafficWeights {
  const { canaryService = '', stableService = '' } = rollout.spec.strategy?.canary ?? {};
  const others = additional.reduce((total, each) => total + each.weight, 0);
  return {
    canary: destination(weight, canaryService, hashes.canary),
    stable: destination(maxTrafficWeight(rollout) - weight - others, stableService, hashes.stable),
    ...(additional.length > 0 && { additional: [...additional] }),
  };
}

function destination(weight: number, serviceName: string, podTemplateHash: string): WeightDestination {
  return { weight, ...(serviceName !== '' && { serviceName }), ...(podTemplateHash !== '' && { podTemplateHash }) };
}

/** Whether weights are the same, whether or not they have been verified. */
export function areSameWeights(before: TrafficWeights | undefined, after: TrafficWeights): boolean {
  if (before === undefined) return false;
  const { verified: _verified, ...rest } = before;
  return isSameStatus({ canary: { weights: rest } }, { canary: { weights: after } });
}

/** @source trafficWeightUpdatedMessage in rollout/trafficrouting.go of argoproj/argo-rollouts */
export function weightsMessage(before: TrafficWeights | undefined, after: TrafficWeights): string {
  return `Traffic weight updated ${details(before, after).join(', ')}`;
}

function details(before: TrafficWeights | undefined, after: TrafficWeights): readonly string[] {
  if (before === undefined) return [`to ${after.canary.weight}`];
  const from = before.canary.weight;
  const to = after.canary.weight;
  const { additional = [] } = after;
  const isSame = mergePatch({ list: before.additional ?? [] }, { list: additional }) === undefined;
  return [
    ...(from === to ? [] : [`from ${from} to ${to}`]),
    ...(isSame ? [] : [`additional: [${additional.map(printed).join(' ')}]`]),
  ];
}

/** As Go prints it. */
function printed({ weight, serviceName = '', podTemplateHash = '' }: WeightDestination): string {
  return `{${weight} ${serviceName} ${podTemplateHash}}`;
}
