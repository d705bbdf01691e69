import { isFinished, isWorse } from '../analysis/phases.ts';
import { hasText } from '../analysis/limits.ts';
import type { Experiment, ExperimentSpec, ExperimentStatus, TemplateStatusCode } from '../model/experiment.ts';
import { pastMs } from '../model/moment.ts';
import type { AnalysisPhase } from '../model/phase.ts';
import { withConditions } from './conditions.ts';
import {
  areRequiredSuccessful,
  desiredReplicas,
  durationEndsMs,
  findAnalysisStatus,
  findTemplateStatus,
  hasRequired,
  isTerminating,
  progressDeadlineSeconds,
} from './lifecycle.ts';
import { timeOf } from './work.ts';

const REQUIRED_COMPLETED = 'Required AnalysisRuns completed';

/** From best to worst. */
const TEMPLATE_ORDER: readonly TemplateStatusCode[] = ['Successful', 'Running', 'Progressing', 'Error', 'Failed'];

interface Verdict {
  readonly phase: AnalysisPhase;
  readonly message: string;
}

/**
 * Says what templates and analyses come to together.
 *
 * @param experiment  as it was stored
 * @param status      with its templates and analyses as they stand now
 * @source calculateStatus in experiments/experiment.go of argoproj/argo-rollouts
 */
export function conclude(experiment: Experiment, status: ExperimentStatus, now: Date): ExperimentStatus {
  return withConditions(experiment, judge(experiment.spec, status, now), now);
}

function judge(spec: ExperimentSpec, status: ExperimentStatus, now: Date): ExperimentStatus {
  const { phase = '' } = status;
  if (phase === '') return { ...status, phase: 'Pending' };
  if (phase !== 'Pending' && phase !== 'Running') return status;

  const templates = judgeTemplates(spec, status);
  const analyses = judgeAnalyses(spec, status);
  const verdict = choose(spec, status, templates, analyses);
  const { message: _old, ...rest } = status;
  const isAvailable = templates.phase === 'Running' && status.availableAt === undefined;
  return {
    ...rest,
    phase: verdict.phase,
    ...(verdict.message !== '' && { message: verdict.message }),
    ...(isAvailable && { availableAt: timeOf(now) }),
  };
}

/** Templates that have run their time leave the verdict to the analyses, if these have one or are waited for. */
function choose(spec: ExperimentSpec, status: ExperimentStatus, templates: Verdict, analyses: Verdict): Verdict {
  if (isFinished(templates.phase)) {
    const isDeferred = templates.phase === 'Successful' && (isFinished(analyses.phase) || hasRequired(spec));
    return isDeferred ? analyses : templates;
  }
  const hasFailed = isFinished(analyses.phase) && analyses.phase !== 'Successful';
  return hasFailed || areRequiredSuccessful(spec, status) ? analyses : templates;
}

/** The worst, and the first of them. */
function judgeTemplates({ templates }: ExperimentSpec, status: ExperimentStatus): Verdict {
  let worst: TemplateStatusCode = 'Successful';
  let message = '';
  for (const { name } of templates) {
    const template = findTemplateStatus(status, name);
    const code = template?.status ?? (template ? '' : 'Progressing');
    if (TEMPLATE_ORDER.indexOf(code) <= TEMPLATE_ORDER.indexOf(worst)) continue;
    worst = code;
    if (template) message = template.message ?? '';
  }
  return { phase: worst === 'Progressing' ? 'Pending' : worst, message };
}

/** The worst, and the first of them. What is only about to begin is as good as running. */
function judgeAnalyses(spec: ExperimentSpec, status: ExperimentStatus): Verdict {
  let worst: AnalysisPhase = 'Successful';
  let message = '';
  for (const { name } of spec.analyses ?? []) {
    const analysis = findAnalysisStatus(status, name);
    if (analysis === undefined || !isWorse(worst, analysis.phase)) continue;
    worst = analysis.phase;
    message = analysis.message ?? '';
  }
  // Whether the others have ended or not: they are about to be stopped, which is no verdict of theirs.
  if (areRequiredSuccessful(spec, status) && !isWorse('Pending', worst)) {
    return { phase: 'Successful', message: REQUIRED_COMPLETED };
  }
  return { phase: worst === 'Pending' ? 'Running' : worst, message };
}

/**
 * When time alone will change something, in milliseconds since 1970: at the end of the duration, or of the time that a
 * template has for its pods.
 *
 * @param experiment  with its new status
 * @source calculateEnqueueDuration in experiments/experiment.go of argoproj/argo-rollouts
 */
export function findDueMs(experiment: Experiment, now: Date): number | undefined {
  if (isTerminating(experiment)) return undefined;
  const { spec, status } = experiment;
  const times: number[] = [];
  if (status?.availableAt !== undefined && hasText(spec.duration)) {
    const endsMs = durationEndsMs(spec, status, now) ?? now.getTime();
    if (endsMs >= now.getTime()) times.push(endsMs);
  }
  for (const template of spec.templates) {
    const { status: code, availableReplicas, lastTransitionTime } = findTemplateStatus(status, template.name) ?? {};
    const isUnderWay = code === 'Progressing' || code === 'Running';
    if (!isUnderWay || lastTransitionTime === undefined) continue;
    if (availableReplicas === desiredReplicas(experiment, template)) continue;
    times.push(pastMs(lastTransitionTime, now) + progressDeadlineSeconds(spec) * 1000);
  }
  return times.length === 0 ? undefined : Math.min(...times);
}
