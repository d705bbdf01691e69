import type { Metric } from '../../../lib/model/analysis-run.ts';
import type { JudgeRow } from '../../../lib/analysis/judges/registry.ts';

/** What a new judge brings to lib/analysis/judges: nothing may be smaller than what was measured before it. */
export const toy: JudgeRow = {
  takes: ({ name }: Metric) => name.startsWith('growing-'),
  judge({ result, shown }, _metric, { result: before }) {
    const last = before?.measurements?.at(-1)?.value;
    if (last === undefined || Number(shown) >= Number(last)) return { phase: 'Successful' };
    return { phase: 'Failed', message: `${shown} after ${last}, a ${result.type}` };
  },
};
