import { SpecError } from '../analysis/spec-error.ts';
import {
  flattenTemplates,
  newRunFromTemplates,
  type Template,
  type Templates,
  templatesFromRefs,
} from '../analysis/templates.ts';
import type { AnalysisRun, Argument } from '../model/analysis-run.ts';
import { didYouMean } from '../model/suggest.ts';
import type { LocalObjects } from '../runtime/local.ts';
import { InputError } from './input-error.ts';
import type { RunInput } from './run-input.ts';

export interface RunPlanOptions {
  /** Values given on the command line, by name. */
  readonly args: ReadonlyMap<string, string>;
  /** For what names no namespace. */
  readonly namespace: string;
  /** Whether every object is put there, whatever namespace it names. */
  readonly isNamespaceForced: boolean;
  /** Whether Secrets that are not in the files may be found elsewhere. */
  readonly hasCluster: boolean;
  /** Whether there is a place for Jobs. */
  readonly hasJobs: boolean;
}

/**
 * The runs that files ask for: the AnalysisRuns in them, or one made of all templates, as a Rollout makes it.
 *
 * @throws InputError where there is nothing to run, or a run is known to lack something: a template, a value, a
 *         Secret, a place for its Jobs
 */
export function planRuns(input: RunInput, options: RunPlanOptions): LocalObjects {
  const all = [...input.templates, ...input.clusterTemplates];
  if (all.length === 0 && input.runs.length === 0) {
    throw new InputError('nothing to run: no AnalysisTemplate, ClusterAnalysisTemplate or AnalysisRun in the files');
  }
  if (all.length > 0 && input.runs.length > 0) {
    throw new InputError(
      'both templates and AnalysisRuns in the files',
      'An AnalysisRun has its metrics in itself: give the runs, or the templates to make one of.',
    );
  }
  const runs =
    all.length > 0 ? [runOfTemplates(input, options.args)] : input.runs.map((run) => withArgs(run, options.args));
  refuseTwoOfOneName(runs);
  for (const run of runs) refuseWhatIsMissing(run, input, options);
  const inNamespace = <T extends { readonly metadata: AnalysisRun['metadata'] }>(object: T): T => {
    const namespace = (!options.isNamespaceForced && object.metadata.namespace) || options.namespace;
    return { ...object, metadata: { ...object.metadata, namespace } };
  };
  return { runs: runs.map(inNamespace), secrets: input.secrets.map(inNamespace) };
}

function runOfTemplates({ templates, clusterTemplates }: RunInput, args: ReadonlyMap<string, string>): AnalysisRun {
  try {
    const found = findTemplates({ templates, clusterTemplates });
    const declared = flattenTemplates(found).args;
    refuseUnknown(args, declared);
    refuseUnresolved(declared, args);
    const [first] = [...templates, ...clusterTemplates];
    const name = templates.length + clusterTemplates.length === 1 ? (first?.metadata.name ?? '') : 'analysis';
    const run = newRunFromTemplates(found, {
      metadata: { name: name || 'analysis', ...(first?.metadata.namespace && { namespace: first.metadata.namespace }) },
      args: [...args].map(([argument, value]) => ({ name: argument, value })),
    });
    return withArgs(run, args);
  } catch (error) {
    if (error instanceof SpecError) throw new InputError(error.message);
    throw error;
  }
}

/** All that were given, and those they refer to, which must be among them. */
function findTemplates({ templates, clusterTemplates }: Templates): Templates {
  const refs = [
    ...templates.map(({ metadata }) => ({ templateName: metadata.name ?? '' })),
    ...clusterTemplates.map(({ metadata }) => ({ templateName: metadata.name ?? '', clusterScope: true })),
  ];
  return templatesFromRefs(refs, { template: finderIn(templates), clusterTemplate: finderIn(clusterTemplates) });
}

function finderIn(all: readonly Template[]): (name: string) => Template | undefined {
  return (name) => all.find(({ metadata }) => metadata.name === name);
}

/** The run as it begins: nothing measured yet, owned by nobody, its arguments as given. */
function withArgs({ apiVersion, kind, metadata, spec }: AnalysisRun, args: ReadonlyMap<string, string>): AnalysisRun {
  const declared = spec.args ?? [];
  refuseUnknown(args, declared);
  refuseUnresolved(declared, args);
  const { name, generateName, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name: name ?? generateName?.replace(/[-.]+$/, '') ?? 'analysis',
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    // A value that was given goes before the Secret that it would be taken from.
    spec: { ...spec, ...(spec.args && { args: spec.args.map((arg) => valued(arg, args)) }) },
  };
}

function valued(arg: Argument, args: ReadonlyMap<string, string>): Argument {
  const value = args.get(arg.name);
  return value === undefined ? arg : { name: arg.name, value };
}

function refuseUnknown(args: ReadonlyMap<string, string>, declared: readonly Argument[]): void {
  const names = declared.map(({ name }) => name);
  for (const name of args.keys()) {
    if (names.includes(name)) continue;
    const known = names.length === 0 ? 'There are no arguments.' : `Arguments are: ${names.join(', ')}.`;
    throw new InputError(`--arg: there is no argument "${name}"${didYouMean(name, names)}`, known);
  }
}

function refuseUnresolved(declared: readonly Argument[], args: ReadonlyMap<string, string>): void {
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

function refuseTwoOfOneName(runs: readonly AnalysisRun[]): void {
  const names = runs.map(({ metadata: { namespace, name } }) => `${namespace ?? ''}/${name ?? ''}`);
  const twice = runs.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (twice) throw new InputError(`two AnalysisRuns are named ${twice.metadata.name}`);
}

function refuseWhatIsMissing(run: AnalysisRun, { secrets }: RunInput, { hasCluster, hasJobs }: RunPlanOptions): void {
  const needsSecret = run.spec.args?.find(({ valueFrom }) => {
    const secret = valueFrom?.secretKeyRef;
    return secret && !secrets.some(({ metadata, data = {} }) => metadata.name === secret.name && secret.key in data);
  });
  if (needsSecret && !hasCluster) {
    throw new InputError(
      `argument "${needsSecret.name}" comes from the Secret "${needsSecret.valueFrom?.secretKeyRef?.name}"`,
      `Give it: --arg ${needsSecret.name}=VALUE, or the Secret among the files, or --kubeconfig of a cluster that has it.`,
    );
  }
  const job = run.spec.metrics.find(({ provider }) => provider.job);
  if (job && !hasJobs) {
    throw new InputError(
      `metric "${job.name}" runs a Job, and there is no place for it`,
      'Give --local-jobs to run the commands of its containers on this machine, or --kubeconfig to run it in a cluster.',
    );
  }
}
