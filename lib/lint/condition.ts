import { hasText } from '../analysis/limits.ts';
import type { Node } from '../expression/ast.ts';
import { checkCondition } from '../expression/evaluate.ts';
import type { ExpressionError } from '../expression/error.ts';
import { parse } from '../expression/parse.ts';
import { childAt } from '../expression/walk.ts';
import type { Metric } from '../model/analysis-run.ts';
import type { MetricValue } from '../model/metric-value.ts';
import type { Keys } from '../model/problem.ts';
import { type Filled, fillKnown, type KnownValues } from './values.ts';

export interface Condition {
  readonly field: 'successCondition' | 'failureCondition';
  readonly keys: Keys;
  /** As it stands in the file. */
  readonly text: string;
  /** With its arguments; a 1 stands for those without a value. */
  readonly filled: Filled;
  /** Why no result at all can make it work. */
  readonly fault: ExpressionError | undefined;
  /** Why a result of the type that the provider gives cannot, though others could. */
  readonly mismatch: ExpressionError | undefined;
  /** Every node of its tree, parents before their children; none where it has no tree. Made when it is asked for. */
  readonly nodes: readonly Node[];
}

/** The conditions of a metric that can be looked at. */
export function conditionsOf(
  metric: Metric,
  keys: Keys,
  { plain }: KnownValues,
  type: MetricValue['type'] | 'unknown',
): Condition[] {
  return (['successCondition', 'failureCondition'] as const).flatMap((field) => {
    const text = metric[field];
    const filled = hasText(text) ? fillKnown(text, plain, () => '1') : undefined;
    if (!hasText(text) || filled === undefined) return [];
    const [error] = checkCondition(filled.text, type);
    // Most are sound, and compiling is what takes the time.
    const [fault] = error === undefined || type === 'unknown' ? [error] : checkCondition(filled.text, 'unknown');
    const mismatch = fault === undefined ? error : undefined;
    let nodes: readonly Node[] | undefined;
    return [
      {
        field,
        keys: [...keys, field],
        text,
        filled,
        fault,
        mismatch,
        get nodes() {
          nodes ??= nodesOf(filled.text);
          return nodes;
        },
      },
    ];
  });
}

function nodesOf(text: string): Node[] {
  const parsed = parse(text.toWellFormed());
  if ('fault' in parsed) return [];
  const nodes = [parsed.tree];
  // Nodes are added on the way.
  for (const node of nodes) {
    for (let index = 0; ; index += 1) {
      const child = childAt(node, index);
      if (child === undefined) break;
      nodes.push(child);
    }
  }
  return nodes;
}

/** Whether a node is the value that was measured. */
export function isResult(node: Node | undefined): boolean {
  return node?.kind === 'identifier' && node.name === 'result';
}

/** Whether an argument stands in a condition as if it were a variable. */
export function isBareArgument({ unknownName }: ExpressionError): boolean {
  return unknownName?.name === 'args' || unknownName?.name === 'inputs';
}
