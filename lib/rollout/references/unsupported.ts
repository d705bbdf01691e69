import type { Rollout } from '../../model/rollout.ts';
import { findUnknownRouter } from '../routers/registry.ts';
import { forbidden } from '../validation/field-error.ts';

const CANARY = 'spec.strategy.canary';

/**
 * What a Rollout asks for that nobody here can do. Left out silently, traffic would go where it should not, or an update
 * would wait for ever.
 */
export function findUnsupported(rollout: Rollout): string | undefined {
  const router = findUnknownRouter(rollout);
  if (router !== undefined) {
    return forbidden(`${CANARY}.trafficRouting.${router}`, 'Assay knows no such traffic router');
  }
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const index = steps.findIndex(({ plugin }) => plugin !== undefined);
  return index === -1 ? undefined : forbidden(`${CANARY}.steps[${index}].plugin`, 'Assay has no step plugins');
}
