import type { CanaryStep } from '../model/canary-step.ts';

/**
 * A step as events tell it, such as `setWeight: 20`.
 * @source CanaryStepString in utils/rollout/rolloututil.go of argoproj/argo-rollouts
 */
export function stepText(step: CanaryStep): string {
  const { setWeight, pause, setCanaryScale: scale, plugin, setHeaderRoute, setMirrorRoute } = step;
  if (setWeight !== undefined) return `setWeight: ${setWeight}`;
  if (pause !== undefined) return pause.duration === undefined ? 'pause' : `pause: ${pause.duration}`;
  if (step.experiment !== undefined) return 'experiment';
  if (step.analysis !== undefined) return 'analysis';
  if (scale?.weight !== undefined) return `setCanaryScale{weight: ${scale.weight}}`;
  if (scale?.matchTrafficWeight === true) return 'setCanaryScale{matchTrafficWeight: true}';
  if (scale?.replicas !== undefined) return `setCanaryScale{replicas: ${scale.replicas}}`;
  if (plugin !== undefined) return `plugin: ${plugin.name}`;
  if (setHeaderRoute !== undefined) return `setHeaderRoute: ${setHeaderRoute.name ?? ''}`;
  if (setMirrorRoute !== undefined) return `setMirrorRoute: ${setMirrorRoute.name}`;
  return 'invalid';
}
