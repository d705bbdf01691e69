import { SpecError } from '../analysis/spec-error.ts';
import {
  flattenTemplates,
  newRunFromTemplates,
  type Template,
  type Templates,
  templatesFromRefs,
} from '../analysis/templates.ts';
import type { AnalysisRun, Argument } from '../model/analysis-run.ts';
import type { Secret } from '../model/kubernetes.ts';
import { FINISHED_LABEL } from '../model/labels.ts';
import type { LocalObjects } from '../local/run-locally.ts';
import { CONTROLLER_NAMESPACE } from '../kinds/provider-secrets.ts';
import { type Given, withGivenSecrets } from './given-secrets.ts';
import { InputError } from './input-error.ts';
import type { RunInput } from './run-input.ts';
import {
  type Places,
  refuseTwoOfOneName,
  refuseUnknown,
  refuseUnresolved,
  refuseWhatIsMissing,
} from './run-refusals.ts';

export interface RunPlanOptions extends Places, Given {
  /** For what names no namespace. */
  readonly namespace: string;
  /** Whether every object is put there, whatever namespace it names. */
  readonly isNamespaceForced: boolean;
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
  const inNamespace = <T extends { readonly metadata: AnalysisRun['metadata'] }>(object: T): T => {
    const namespace = (!options.isNamespaceForced && object.metadata.namespace) || options.namespace;
    return { ...object, metadata: { ...object.metadata, namespace } };
  };
  const { args } = options;
  const runs = all.length > 0 ? [runOfTemplates(input, args)] : input.runs.map((run) => withArgs(run, args));
  const placed = runs.map(inNamespace);
  refuseTwoOfOneName(placed);
  // Those of metrics stay where metrics look for them.
  const theirs = input.secrets.map((secret) => (isForMetrics(secret) ? secret : inNamespace(secret)));
  const secrets = withGivenSecrets(theirs, placed, options);
  for (const run of placed) refuseWhatIsMissing(run, secrets, options);
  return { runs: placed, secrets };
}

function isForMetrics({ metadata }: Secret): boolean {
  return metadata.namespace === CONTROLLER_NAMESPACE;
}

function runOfTemplates({ templates, clusterTemplates }: RunInput, args: ReadonlyMap<string, string>): AnalysisRun {
  try {
    const found = findTemplates({ templates, clusterTemplates });
    const declared = flattenTemplates(found).args;
    refuseUnknown(args, declared);
    refuseUnresolved(declared, args);
    const [first] = [...templates, ...clusterTemplates];
    const name = templates.length + clusterTemplates.length === 1 ? (first?.metadata.name ?? '') : 'analysis';
    const isPlain = (argument: string) => !declared.some((arg) => arg.name === argument && arg.valueFrom?.secretKeyRef);
    const run = newRunFromTemplates(found, {
      metadata: { name: name || 'analysis', ...(first?.metadata.namespace && { namespace: first.metadata.namespace }) },
      args: [...args].filter(([argument]) => isPlain(argument)).map(([argument, value]) => ({ name: argument, value })),
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
  const { [FINISHED_LABEL]: _, ...ownLabels } = labels ?? {};
  return {
    apiVersion,
    kind,
    metadata: {
      name: name ?? generateName?.replace(/[-.]+$/, '') ?? 'analysis',
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels: ownLabels }),
      ...(annotations && { annotations }),
    },
    spec: { ...spec, ...(spec.args && { args: spec.args.map((arg) => valued(arg, args)) }) },
  };
}

/** What would come from a Secret still does, so that it stays one: see `withGivenSecrets`. */
function valued(arg: Argument, args: ReadonlyMap<string, string>): Argument {
  const value = args.get(arg.name);
  return value === undefined || arg.valueFrom?.secretKeyRef ? arg : { name: arg.name, value };
}
