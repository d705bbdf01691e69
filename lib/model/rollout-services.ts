import type { Rollout } from './rollout.ts';

/** A Service, and the field of the Rollout that names it. */
export interface NamedService {
  readonly path: string;
  readonly name: string;
}

/** The Services that a Rollout switches between its versions, in the order in which they are checked. */
export function namedServices({ spec }: Pick<Rollout, 'spec'>): readonly NamedService[] {
  const { blueGreen, canary } = spec.strategy ?? {};
  const named: Readonly<Record<string, string | undefined>> = blueGreen
    ? { 'blueGreen.activeService': blueGreen.activeService, 'blueGreen.previewService': blueGreen.previewService }
    : {
        'canary.stableService': canary?.stableService,
        'canary.canaryService': canary?.canaryService,
        'canary.pingPong.pingService': canary?.pingPong?.pingService,
        'canary.pingPong.pongService': canary?.pingPong?.pongService,
      };
  return Object.entries(named).flatMap(([field, name = '']) => {
    return name === '' ? [] : [{ path: `spec.strategy.${field}`, name }];
  });
}

/** Their names, each once. */
export function servicesOf(rollout: Pick<Rollout, 'spec'>): readonly string[] {
  return [...new Set(namedServices(rollout).map(({ name }) => name))];
}
