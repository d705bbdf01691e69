import type { AnalysisRun } from '../model/analysis-run.ts';
import { controllerOf } from '../model/controller-of.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Rollout } from '../model/rollout.ts';
import { revisionOf } from '../rollout/revision.ts';
import { hashOf } from '../rollout/versions.ts';
import { availableIn, type ReplicaSet, replicasIn } from '../workload/replica-set.ts';
import type { Paint } from './console.ts';
import { paintPhases, phaseText } from './phase-style.ts';
import { printable } from './printable.ts';
import { textTable } from './text-table.ts';

export interface RolloutObjects {
  readonly rollout: Rollout;
  /** Of the namespace; those of others are passed over, here and below. */
  readonly replicaSets: readonly ReplicaSet[];
  readonly runs: readonly AnalysisRun[];
}

const HEADER = ['NAME', 'KIND', 'STATUS', 'INFO'];

/** How a Rollout stands, for eyes: its revisions with their ReplicaSets and AnalysisRuns, the newest first. */
export function rolloutTree(objects: RolloutObjects, columns: number, paint: Paint): string[] {
  const [header = '', ...lines] = textTable([HEADER, ...rowsOf(objects)]).map((line) =>
    printable(line).slice(0, columns),
  );
  return [paint('dim', header), ...lines.map((line) => paintPhases(line, paint))];
}

function rowsOf({ rollout, replicaSets, runs }: RolloutObjects): string[][] {
  const { metadata, status = {} } = rollout;
  const own = <T extends KubernetesObject>(all: readonly T[]) =>
    all.filter((object) => controllerOf(object)?.uid === metadata.uid);
  const sets = own(replicaSets).toSorted((left, right) => revisionOf(right) - revisionOf(left));
  const info = [stepText(rollout), status.message ?? ''].filter(Boolean).join('  ');
  return [
    [metadata.name ?? '', 'Rollout', phaseText(status.phase ?? ''), info],
    ...sets.flatMap((set, index) => {
      const [branch, trunk] = index === sets.length - 1 ? ['└─', '  '] : ['├─', '│ '];
      const ofSet = own(runs).filter((run) => revisionOf(run) === revisionOf(set));
      return [
        [`${branch} revision ${revisionOf(set)}`, '', '', ''],
        [
          `${trunk} ${ofSet.length > 0 ? '├─' : '└─'} ${set.metadata.name}`,
          'ReplicaSet',
          phaseText(phaseOf(set)),
          partOf(set, rollout),
        ],
        ...ofSet.map((run, at) => [
          `${trunk} ${at === ofSet.length - 1 ? '└─' : '├─'} ${run.metadata.name}`,
          'AnalysisRun',
          phaseText(run.status?.phase ?? ''),
          measuredIn(run),
        ]),
      ];
    }),
  ];
}

function stepText({ spec, status }: Rollout): string {
  const { steps = [] } = spec.strategy?.canary ?? {};
  return steps.length === 0 ? '' : `step ${status?.currentStepIndex ?? 0}/${steps.length}`;
}

function phaseOf(set: ReplicaSet): string {
  if (replicasIn(set) === 0) return 'ScaledDown';
  return availableIn(set) >= replicasIn(set) ? 'Healthy' : 'Progressing';
}

function partOf(set: ReplicaSet, { status = {} }: Rollout): string {
  const hash = hashOf(set);
  const part = hash === status.stableRS ? 'stable' : hash === status.currentPodHash ? 'canary' : '';
  const pods = `${availableIn(set)} of ${replicasIn(set)} pods`;
  return [part, replicasIn(set) === 0 ? '' : pods].filter(Boolean).join(', ');
}

function measuredIn({ status }: AnalysisRun): string {
  const { successful = 0, failed = 0 } = status?.runSummary ?? {};
  const measured = status?.metricResults?.flatMap(({ measurements = [] }) => measurements) ?? [];
  const good = measured.filter(({ phase }) => phase === 'Successful').length;
  const bad = measured.filter(({ phase }) => phase === 'Failed').length;
  if (measured.length > 0) return [`✔ ${good}`, ...(bad > 0 ? [`✖ ${bad}`] : [])].join('  ');
  return successful + failed === 0 ? '' : `${successful + failed} metrics`;
}
