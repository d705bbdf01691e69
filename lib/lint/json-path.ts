import type { MetricSubject, Provided } from './subject.ts';
import { type Filled, fillKnown } from './values.ts';

/** The path that a web metric gives, and with what is known of its arguments. */
export function jsonPathOf({ spec, keys }: Provided, { analysis }: MetricSubject) {
  const text = spec['jsonPath'];
  if (typeof text !== 'string' || text === '') return undefined;
  const filled: Filled | undefined = fillKnown(text, analysis.values.plain, () => 'a');
  return filled && { keys: [...keys, 'jsonPath'], text, filled };
}
