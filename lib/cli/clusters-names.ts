import { isClusterName } from '../model/cluster-settings.ts';
import { isLike } from '../model/is-like.ts';
import { didYouMean } from '../model/suggest.ts';
import { InputError } from './input-error.ts';

/** Which of the clusters that are there are meant. */
export interface Wanted {
  /** Names, in which `*` stands for anything. */
  readonly names: readonly string[];
  readonly all?: boolean | undefined;
}

/**
 * The names of `there` that are wanted, in their order.
 * @throws InputError where a name or a pattern is that of none
 */
export function chooseNames(there: readonly string[], { names, all = false }: Wanted, what: string): readonly string[] {
  if (all) return there;
  for (const pattern of names) {
    if (there.some((name) => isLike(pattern, name))) continue;
    const known = there.length === 0 ? 'there is none' : `there are: ${there.join(', ')}`;
    throw new InputError(`there is no ${what} ${pattern}${didYouMean(pattern, there)}`, known);
  }
  return there.filter((name) => names.some((pattern) => isLike(pattern, name)));
}

/** Whether more than one cluster may be meant. */
export function areMany({ names, all = false }: Wanted): boolean {
  return all || names.length !== 1 || names.some((name) => name.includes('*'));
}

/** What EKS and `aws eks update-kubeconfig` call a cluster. */
const EKS_ARN = /^arn:[^:]+:eks:[^:]*:[^:]*:cluster\/(.+)$/;

/**
 * The name that a cluster gets where nobody gives it one: that of its context, with a dash for what names of clusters do
 * not have. `arn:aws:eks:eu-west-1:111122223333:cluster/shop` becomes `shop`.
 *
 * @param pattern  what names look like: `eu-{name}`; also with `{region}`, of EKS
 * @throws InputError where that gives no name
 */
export function nameFor(found: string, pattern: string, region = ''): string {
  const own = (EKS_ARN.exec(found)?.[1] ?? found).replaceAll(/[^\w.-]+/g, '-');
  const name = pattern
    .replaceAll('{name}', own)
    .replaceAll('{region}', region)
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  if (isClusterName(name)) return name;
  throw new InputError(
    `"${name}" is no name for a cluster: expected letters, digits and . _ - between, 63 at most`,
    'Add it by itself, with a name: `assay clusters add NAME …`, or give --names.',
  );
}
