import { type Condition, isResult } from './condition.ts';
import type { MetricSubject } from './subject.ts';

/** Whether it would do, were it written for a list, or for a number. */
export function isResultIndex({ nodes, mismatch }: Condition, { query, resultType }: MetricSubject): boolean {
  if (mismatch === undefined || query === undefined) return false;
  const indexes = nodes.filter((node) => node.kind === 'member' && isResult(node.node));
  if (resultType === '[]float64') return nodes.some(isResult) && indexes.length === 0;
  return resultType === 'float64' && indexes.length > 0;
}
