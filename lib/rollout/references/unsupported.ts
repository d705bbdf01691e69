import type { Rollout } from '../../model/rollout.ts';
import { findUnknownPlugin, findUnknownRouter } from '../routers/registry.ts';
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
  const other = findUnknownPlugin(rollout);
  if (other !== undefined) {
    const why = `Assay runs no plugins; built in: ${other.known.join(', ')}. Choose a router that is built in, or leave the Rollout to Argo's controller`;
    return forbidden(`${CANARY}.trafficRouting.plugins[${other.name}]`, why);
  }
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const index = steps.findIndex(({ plugin }) => plugin !== undefined);
  return index === -1 ? undefined : forbidden(`${CANARY}.steps[${index}].plugin`, 'Assay has no step plugins');
}
