import { pastMs } from '../../model/moment.ts';
import type { Rollout } from '../../model/rollout.ts';
import { findCondition } from '../conditions.ts';
import { isFullyPromoted } from '../phase.ts';

/** How long endpoints and proxies have to follow a Service. */
const FOLLOWED_MS = 5_000;

/**
 * Until when the traffic of a finished update stays at the canary Service, which has the very same pods: where the stable
 * Service had none left, whoever follows it has to see the new ones first. Undefined: it may come back.
 *
 * @returns milliseconds since 1970; may be past
 */
export function endpointsByMs({ spec, status = {} }: Rollout, now: Date): number | undefined {
  const { dynamicStableScale, stableService = '', pingPong } = spec.strategy?.canary ?? {};
  if (dynamicStableScale !== true || stableService === '' || pingPong !== undefined) return undefined;
  if (!isFullyPromoted({ status }) || (status.canary?.weights?.canary.weight ?? 0) === 0) return undefined;
  const completed = findCondition(status, 'Completed');
  if (completed?.status !== 'True' || completed.lastUpdateTime === undefined) return undefined;
  return pastMs(completed.lastUpdateTime, now) + FOLLOWED_MS;
}
