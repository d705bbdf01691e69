import { expect, test } from 'vitest';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import { listsOf, type Lists } from '../../lib/rollout/lists.ts';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import { aRollout } from '../builders.ts';

const ANALYSED: Partial<RolloutSpec> = {
  strategy: { canary: { steps: [{ analysis: { templates: [{ templateName: 'rate' }] } }] } },
};
const COMPARED: Partial<RolloutSpec> = { strategy: { canary: { steps: [{ experiment: { templates: [] } }] } } };

test.each<{ name: string; spec?: Partial<RolloutSpec>; status: RolloutStatus; want: Lists }>([
  { name: 'nothing without analyses', status: { observedGeneration: '1' }, want: { runs: false, experiments: false } },
  {
    name: 'the runs where there are analyses',
    spec: ANALYSED,
    status: { observedGeneration: '1' },
    want: { runs: true, experiments: false },
  },
  {
    name: 'the runs where the status names one, and no analysis is left',
    status: {
      observedGeneration: '1',
      canary: { currentBackgroundAnalysisRunStatus: { name: 'run', status: 'Running' } },
    },
    want: { runs: true, experiments: false },
  },
  {
    name: 'no runs while a new specification is being taken up',
    spec: ANALYSED,
    status: { observedGeneration: '0' },
    want: { runs: false, experiments: false },
  },
  {
    name: 'the experiments where a step has one',
    spec: COMPARED,
    status: { observedGeneration: '1' },
    want: { runs: false, experiments: true },
  },
])('what is listed: $name', ({ spec, status, want }) => {
  expect(listsOf({ ...aRollout(spec), status }, new Date('2026-11-05T10:00:00Z'))).toStrictEqual(want);
});
