import type { CanaryReplicas } from './routed-canary.ts';

/**
 * The numbers of new and stable pods that come nearest to a weight. Of two that are equally near the one with more new
 * pods wins. Between nothing and everything there is at least one new pod, and where there are several pods one stable
 * pod too.
 *
 * @param surge  how many pods there may be beyond those wanted; one of them may help
 * @source approximateWeightedCanaryStableReplicaCounts in utils/replicaset/canary.go of argoproj/argo-rollouts
 */
export function nearestToWeight(replicas: number, weight: number, maxWeight: number, surge: number): CanaryReplicas {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const exact = (replicas * weight) / maxWeight;
  const up = Math.ceil(exact);
  const down = Math.floor(exact);
  const isNoneAllowed = weight === maxWeight || weight === 0 || (replicas === 1 && surge === 0);
  const isDownAllowed = down !== 0 || isNoneAllowed;

  const options: { readonly canary: number; readonly total: number }[] = [];
  if (up < replicas || isNoneAllowed) options.push({ canary: up, total: replicas });
  if (isDownAllowed && !isHalf(weight, maxWeight, replicas)) options.push({ canary: down, total: replicas });
  if (surge > 0) {
    options.push({ canary: up, total: replicas + 1 });
    if (isDownAllowed && !isHalf(weight, maxWeight, replicas + 1)) options.push({ canary: down, total: replicas + 1 });
  }

  const [first = { canary: 0, total: replicas }, ...others] = options;
  const distance = ({ canary, total }: typeof first) => Math.abs((canary * maxWeight) / total - weight);
  const { canary, total } = others.reduce((best, each) => (distance(each) < distance(best) ? each : best), first);
  return { canary, stable: total - canary };
}

/** Whether rounding up and down come equally near. Written as Argo does: the last bit of the product matters. */
function isHalf(weight: number, maxWeight: number, total: number): boolean {
  return (total * (weight / maxWeight)) % 1 === 0.5;
}
