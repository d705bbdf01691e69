import { z } from 'zod';
import { canaryStep } from './canary-step.ts';
import { templateMetadata } from './metadata.ts';
import { backgroundAnalysis, rolloutAnalysis } from './rollout-analysis.ts';
import { flag, int32, intOrString, list, text, word } from './schema.ts';
import { trafficRouting } from './traffic-routing.ts';

const antiAffinity = z
  .strictObject({
    preferredDuringSchedulingIgnoredDuringExecution: z
      .strictObject({ weight: int32('How much the scheduler prefers it, from 1 to 100.') })
      .describe('Where possible.')
      .exactOptional(),
    requiredDuringSchedulingIgnoredDuringExecution: z.strictObject({}).describe('In any case.').exactOptional(),
  })
  .describe('Keeps new pods away from the nodes of old ones.');
export type AntiAffinity = z.infer<typeof antiAffinity>;

const delays = {
  scaleDownDelaySeconds: int32(
    'Seconds that the old pods stay after they got no more traffic (default 30).',
  ).exactOptional(),
  scaleDownDelayRevisionLimit: int32('Old ReplicaSets that may wait so (default: any number).').exactOptional(),
  abortScaleDownDelaySeconds: int32(
    'Seconds that the new pods stay after the update was aborted (default 30; 0: for ever).',
  ).exactOptional(),
};

const blueGreenStrategy = z
  .strictObject({
    activeService: text('Service of the pods that serve.'),
    previewService: text('Service of the new pods before they serve.').exactOptional(),
    previewReplicaCount: int32('New pods before the promotion (default: all).').exactOptional(),
    autoPromotionEnabled: flag('Whether nobody has to promote the new pods (default true).').exactOptional(),
    autoPromotionSeconds: int32('Seconds to wait before the new pods are promoted.').exactOptional(),
    maxUnavailable: intOrString('Pods that may be missing during a restart (default 25%).').exactOptional(),
    ...delays,
    prePromotionAnalysis: rolloutAnalysis('Analysis before the new pods serve.').exactOptional(),
    antiAffinity: antiAffinity.exactOptional(),
    postPromotionAnalysis: rolloutAnalysis('Analysis once the new pods serve.').exactOptional(),
    previewMetadata: templateMetadata('Labels and annotations of pods that do not serve yet.').exactOptional(),
    activeMetadata: templateMetadata('Labels and annotations of pods that serve.').exactOptional(),
  })
  .describe('New pods are tried beside the old ones; then a Service is switched to them.');
export type BlueGreenStrategy = z.infer<typeof blueGreenStrategy>;

const canaryStrategy = z
  .strictObject({
    canaryService: text('Service of the new pods.').exactOptional(),
    stableService: text('Service of the stable pods.').exactOptional(),
    steps: list(canaryStep, 'What is done one after the other. Without it: a rolling update.').exactOptional(),
    trafficRouting: trafficRouting.exactOptional(),
    maxUnavailable: intOrString('Pods that may be missing (default 25%).').exactOptional(),
    maxSurge: intOrString('Pods that may be there beyond `spec.replicas` (default 25%).').exactOptional(),
    analysis: backgroundAnalysis.exactOptional(),
    antiAffinity: antiAffinity.exactOptional(),
    canaryMetadata: templateMetadata('Labels and annotations of the new pods.').exactOptional(),
    stableMetadata: templateMetadata('Labels and annotations of the stable pods.').exactOptional(),
    ...delays,
    dynamicStableScale: flag('Whether there are only as many stable pods as their traffic needs.').exactOptional(),
    pingPong: z
      .strictObject({
        pingService: text('One Service.'),
        pongService: text('The other.'),
      })
      .describe('Two Services that take turns as the stable one.')
      .exactOptional(),
    minPodsPerReplicaSet: int32('Pods that a ReplicaSet with traffic has at least (default 1).').exactOptional(),
    replicaProgressThreshold: z
      .strictObject({
        type: word(['Percent', 'Pods'], 'Percent or Pods.'),
        value: int32('How many of the wanted pods.'),
      })
      .describe('Available pods with which a setWeight step is done (default: all).')
      .exactOptional(),
  })
  .describe('New pods get their share of the traffic step by step.');
export type CanaryStrategy = z.infer<typeof canaryStrategy>;
export type ReplicaProgressThreshold = NonNullable<CanaryStrategy['replicaProgressThreshold']>;

/** @source RolloutStrategy in pkg/apis/rollouts/v1alpha1/types.go of argoproj/argo-rollouts */
export const rolloutStrategy = z
  .strictObject({
    blueGreen: blueGreenStrategy.exactOptional(),
    canary: canaryStrategy.exactOptional(),
  })
  .describe('How new pods take the place of old ones: one of the fields.');
export type RolloutStrategy = z.infer<typeof rolloutStrategy>;
