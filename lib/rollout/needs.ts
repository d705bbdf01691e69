import type { AnalysisTemplateRef } from '../model/analysis-template.ts';
import type { Rollout } from '../model/rollout.ts';
import { servicesOf } from '../model/rollout-services.ts';
import { routersOf } from './routers/registry.ts';
import type { Routed } from './routers/router.ts';
import { isRestartDone } from './restart-done.ts';

/** What must be read for a decision: at most one list a kind. */
export interface Needs {
  /** Whether AnalysisRuns, Experiments, or pods matter. ReplicaSets always do. */
  readonly runs: boolean;
  readonly experiments: boolean;
  readonly pods: boolean;
  /** Names. */
  readonly services: readonly string[];
  /** With those that these refer to, and so on. */
  readonly templates: readonly AnalysisTemplateRef[];
  readonly routed: readonly Routed[];
}

/** Says what must be read before `reconcileRollout` can decide. */
export function needs(rollout: Rollout, now: Date): Needs {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const { canary: ofCanary, blueGreen: ofBlueGreen } = rollout.status ?? {};
  const steps = canary?.steps ?? [];
  const templates = [
    canary?.analysis,
    ...steps.map(({ analysis }) => analysis),
    blueGreen?.prePromotionAnalysis,
    blueGreen?.postPromotionAnalysis,
  ].flatMap((analysis) => analysis?.templates ?? []);
  const analyses = steps.flatMap(({ experiment }) => experiment?.analyses ?? []);
  const told = [
    ofCanary?.currentStepAnalysisRunStatus,
    ofCanary?.currentBackgroundAnalysisRunStatus,
    ofBlueGreen?.prePromotionAnalysisRunStatus,
    ofBlueGreen?.postPromotionAnalysisRunStatus,
  ];
  return {
    runs: templates.length > 0 || told.some((run) => run !== undefined),
    experiments: steps.some(({ experiment }) => experiment !== undefined) || ofCanary?.currentExperiment !== undefined,
    pods: isRestarting(rollout, now) || hasPodMetadata(rollout),
    services: servicesOf(rollout),
    templates: [...templates, ...analyses].map(({ templateName = '', clusterScope = false }) => ({
      templateName,
      clusterScope,
    })),
    routed: routersOf(rollout).flatMap((router) => router.needs(rollout)),
  };
}

function isRestarting(rollout: Rollout, now: Date): boolean {
  const { restartAt } = rollout.spec;
  return restartAt !== undefined && Date.parse(restartAt) <= now.getTime() && !isRestartDone(rollout);
}

/** Whether pods carry labels or annotations of the part that they play. */
function hasPodMetadata({ spec }: Rollout): boolean {
  const { canary, blueGreen } = spec.strategy ?? {};
  const parts = [canary?.canaryMetadata, canary?.stableMetadata, blueGreen?.activeMetadata, blueGreen?.previewMetadata];
  return parts.some((part) => part !== undefined);
}
