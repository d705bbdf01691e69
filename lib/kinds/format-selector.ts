/** The part of a label selector that is read here; the API server has checked it. */
interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/**
 * A label selector as a query has it: `app=web,tier in (a,b),!legacy`. Undefined where there is none, which selects
 * nothing; an empty one selects everything and is the empty text.
 *
 * @source LabelSelectorAsSelector in k8s.io/apimachinery/pkg/apis/meta/v1
 */
export function formatSelector(selector: unknown): string | undefined {
  if (typeof selector !== 'object' || selector === null) return undefined;
  const { matchLabels = {}, matchExpressions = [] }: LabelSelector = selector;
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  return [...labels, ...matchExpressions.map(formatRequirement)].join(',');
}

function formatRequirement({ key, operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number]) {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
}
