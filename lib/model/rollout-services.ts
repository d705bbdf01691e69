import type { Rollout } from './rollout.ts';

/** The names of the Services that a Rollout switches between its versions, each once. */
export function servicesOf({ spec }: Pick<Rollout, 'spec'>): readonly string[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const names = [
    canary?.canaryService,
    canary?.stableService,
    canary?.pingPong?.pingService,
    canary?.pingPong?.pongService,
    blueGreen?.activeService,
    blueGreen?.previewService,
  ];
  return [...new Set(names.flatMap((name = '') => (name === '' ? [] : [name])))];
}
