/** What a template says of its schedule. Argo's controller ignores them. */
export const ANNOTATIONS = {
  schedule: 'assay.dev/schedule',
  timeZone: 'assay.dev/schedule-time-zone',
  args: 'assay.dev/schedule-args',
  namespaces: 'assay.dev/schedule-namespaces',
  concurrency: 'assay.dev/schedule-concurrency',
  history: 'assay.dev/schedule-history',
  startingDeadline: 'assay.dev/schedule-starting-deadline',
  suspend: 'assay.dev/schedule-suspend',
  until: 'assay.dev/schedule-until',
} as const;
export type ScheduleAnnotation = keyof typeof ANNOTATIONS;

/** On every run of a schedule: the name of the template, shortened where it is longer than a label may be. */
export const SCHEDULE_LABEL = 'assay.dev/schedule';

/** On a run of a tick: the tick, as `20261121T150000Z`. A run that was triggered by hand has none. */
export const TICK_LABEL = 'assay.dev/tick';
