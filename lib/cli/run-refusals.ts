import type { AnalysisRun, Argument } from '../model/analysis-run.ts';
import type { Secret } from '../model/kubernetes.ts';
import { didYouMean } from '../model/suggest.ts';
import { placeOf } from './given-secrets.ts';
import { InputError } from './input-error.ts';

/** What is there for runs beside the files. */
export interface Places {
  /** Whether Secrets that are not in the files may be found elsewhere. */
  readonly hasCluster: boolean;
  /** Whether there is a place for Jobs. */
  readonly hasJobs: boolean;
}

/** @throws InputError for a value given to an argument that nobody declared */
export function refuseUnknown(args: ReadonlyMap<string, string>, declared: readonly Argument[]): void {
  const names = declared.map(({ name }) => name);
  for (const name of args.keys()) {
    if (names.includes(name)) continue;
    const known = names.length === 0 ? 'There are no arguments.' : `Arguments are: ${names.join(', ')}.`;
    throw new InputError(`--arg: there is no argument "${name}"${didYouMean(name, names)}`, known);
  }
}

/** @throws InputError for arguments with neither a value nor a Secret to take it from */
export function refuseUnresolved(declared: readonly Argument[], args: ReadonlyMap<string, string>): void {
  const missing = declared.filter(({ name, value, valueFrom }) => {
    return !args.has(name) && typeof value !== 'string' && !valueFrom?.secretKeyRef;
  });
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => `"${name}"`).join(', ');
  const isFromRollout = missing.every(({ valueFrom }) => valueFrom?.fieldRef);
  const reason = isFromRollout ? 'would come from a Rollout, and there is none here' : 'has no value';
  throw new InputError(
    missing.length === 1 ? `argument ${names} ${reason}` : `arguments without a value: ${names}`,
    `Give it: ${missing.map(({ name }) => `--arg ${name}=VALUE`).join(' ')}`,
  );
}

/** @throws InputError */
export function refuseTwoOfOneName(runs: readonly AnalysisRun[]): void {
  const names = runs.map(({ metadata }) => placeOf(metadata));
  const twice = runs.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (twice) throw new InputError(`two AnalysisRuns are named ${twice.metadata.name}`);
}

/** @throws InputError for a Secret that is nowhere, or a Job without a place */
export function refuseWhatIsMissing(
  { metadata, spec }: AnalysisRun,
  secrets: readonly Secret[],
  { hasCluster, hasJobs }: Places,
): void {
  const withoutSecret = spec.args?.find(({ valueFrom }) => {
    const ref = valueFrom?.secretKeyRef;
    const isAt = (secret: Secret) => placeOf(secret.metadata) === placeOf({ ...metadata, name: ref?.name ?? '' });
    return ref && !secrets.some((secret) => isAt(secret) && Object.hasOwn(secret.data ?? {}, ref.key));
  });
  if (withoutSecret && !hasCluster) {
    const { name, valueFrom } = withoutSecret;
    const ref = valueFrom?.secretKeyRef;
    throw new InputError(
      `argument "${name}" comes from the Secret "${ref?.name}"`,
      `Give it: --arg ${name}=VALUE or, out of sight, --secret ${ref?.name}.${ref?.key}=@FILE; or the Secret among the files, or --kubeconfig of a cluster that has it.`,
    );
  }
  const job = spec.metrics.find(({ provider }) => provider.job);
  if (job && !hasJobs) {
    throw new InputError(
      `metric "${job.name}" runs a Job, and there is no place for it`,
      'Give --local-jobs to run the commands of its containers on this machine, or --kubeconfig to run it in a cluster.',
    );
  }
}
