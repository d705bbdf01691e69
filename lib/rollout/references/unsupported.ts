import type { Rollout } from '../../model/rollout.ts';
import { findUnknownPlugin, findUnknownRouter } from '../routers/known.ts';
import { forbidden } from '../validation/field-error.ts';

const CANARY = 'spec.strategy.canary';

/**
 * What a Rollout asks for that nobody here can do, each in the words of a refused field. Left out silently, traffic would
 * go where it should not, or an update would wait for ever.
 */
export function listUnsupported(rollout: Pick<Rollout, 'spec'>): readonly string[] {
  const router = findUnknownRouter(rollout);
  const other = findUnknownPlugin(rollout);
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  return [
    ...(router === undefined
      ? []
      : [forbidden(`${CANARY}.trafficRouting.${router}`, 'Assay knows no such traffic router')]),
    ...(other === undefined
      ? []
      : [forbidden(`${CANARY}.trafficRouting.plugins[${other.name}]`, whyNoPlugin(other.known))]),
    ...steps.flatMap(({ plugin }, index) =>
      plugin === undefined ? [] : [forbidden(`${CANARY}.steps[${index}].plugin`, 'Assay has no step plugins')],
    ),
  ];
}

function whyNoPlugin(known: readonly string[]): string {
  return `Assay runs no plugins; built in: ${known.join(', ')}. Choose a router that is built in, or leave the Rollout to Argo's controller`;
}
