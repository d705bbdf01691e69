import { isAbsent } from '../model/empty.ts';
import { isFinished } from '../analysis/phases.ts';
import { SpecError } from '../analysis/spec-error.ts';
import { newRunFromTemplates, templatesFromRefs, type TemplateSource } from '../analysis/templates.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { INSTANCE_ID_LABEL } from '../model/labels.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { SCHEDULE_LABEL, TICK_LABEL } from './annotations.ts';
import { formatTick, manualRunName, parseTick, runName, scheduleLabel } from './names.ts';
import type { Schedule, ScheduledTemplate } from './schedule.ts';

/** A run of a schedule, as far as decisions look at it. */
export interface ScheduledRun {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Undefined where it was triggered by hand. */
  readonly tick: Date | undefined;
  readonly phase: string;
  readonly createdMs: number;
  /** It has been told to end. */
  readonly isTerminating: boolean;
  readonly isBeingDeleted: boolean;
}

/** The uid of the template that a run was made for by its schedule; undefined: by anything else. */
export function scheduleOwner({ metadata }: KubernetesObject): string | undefined {
  if (metadata.labels?.[SCHEDULE_LABEL] === undefined) return undefined;
  return metadata.ownerReferences?.find(({ kind }) => TEMPLATE_KINDS.has(kind))?.uid;
}
const TEMPLATE_KINDS: ReadonlySet<string> = new Set(['AnalysisTemplate', 'ClusterAnalysisTemplate']);

/** What decisions look at of a run. */
export function seeRun({ metadata, spec, status }: AnalysisRun): ScheduledRun {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    tick: parseTick(metadata.labels?.[TICK_LABEL]),
    phase: status?.phase ?? '',
    createdMs: Date.parse(metadata.creationTimestamp ?? '') || 0,
    isTerminating: spec.terminate === true,
    isBeingDeleted: metadata.deletionTimestamp !== undefined,
  };
}

export function isOver({ phase }: ScheduledRun): boolean {
  return isFinished(phase as Parameters<typeof isFinished>[0]);
}

export interface RunMaking {
  readonly template: ScheduledTemplate;
  readonly schedule: Schedule;
  readonly namespace: string;
  /** Undefined: by hand, at `now`. */
  readonly tick: Date | undefined;
  readonly now: Date;
  /** Where templates are found that this one refers to. */
  readonly templates: TemplateSource;
}

/**
 * The run of a tick: owned by the template, with its metrics and arguments as Argo puts them together.
 *
 * @throws SpecError if an argument has no value, or templates that are referred to are missing or contradict
 */
export function newScheduledRun({ template, schedule, namespace, tick, now, templates }: RunMaking): AnalysisRun {
  const { apiVersion, kind, metadata } = template;
  const { name = '', uid = '' } = metadata;
  const instanceId = metadata.labels?.[INSTANCE_ID_LABEL] ?? '';
  const ref = { templateName: name, clusterScope: kind === 'ClusterAnalysisTemplate' };
  const run = newRunFromTemplates(templatesFromRefs([ref], withItself(template, templates)), {
    metadata: {
      name: tick ? runName(template, tick) : manualRunName(template, now),
      namespace,
      labels: {
        ...(instanceId !== '' && { [INSTANCE_ID_LABEL]: instanceId }),
        [SCHEDULE_LABEL]: scheduleLabel(template),
        ...(tick && { [TICK_LABEL]: formatTick(tick) }),
      },
      // Blocking the deletion of the owner would need a right of its own where admission asks for it.
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
    },
    args: Object.entries(schedule.args).map(([argument, value]) => ({ name: argument, value })),
  });
  refuseRolloutFields(run);
  return run;
}

/** The template as it was read, not as it may be by now. */
function withItself(template: ScheduledTemplate, templates: TemplateSource): TemplateSource {
  const isOfCluster = template.kind === 'ClusterAnalysisTemplate';
  const own = template.metadata.name;
  return {
    template: (name) => (!isOfCluster && name === own ? template : templates.template(name)),
    clusterTemplate: (name) => (isOfCluster && name === own ? template : templates.clusterTemplate(name)),
  };
}

/** Argo takes these from a Rollout when it makes the run. */
function refuseRolloutFields({ spec }: AnalysisRun): void {
  const arg = spec.args?.find(({ value, valueFrom }) => isAbsent(value) && isAbsent(valueFrom?.secretKeyRef));
  if (arg) throw new SpecError(`args.${arg.name} would come from a Rollout, and a schedule has none`);
}
