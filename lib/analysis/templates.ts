import { quote } from '../expression/go/strconv.ts';
import type {
  AnalysisRun,
  AnalysisRunSpec,
  Argument,
  DryRun,
  MeasurementRetention,
  Metric,
} from '../model/analysis-run.ts';
import type { AnalysisTemplateRef, AnalysisTemplateSpec } from '../model/analysis-template.ts';
import { mergeArgs } from './arguments.ts';
import { isAbsent } from '../model/empty.ts';
import { SpecError } from './spec-error.ts';

/** A template as far as it matters here, whether of a namespace or of the cluster. */
export interface Template {
  readonly metadata: { readonly name?: string };
  readonly spec: AnalysisTemplateSpec;
}

/** Templates of the namespace and of the cluster; the former come first wherever their contents are joined. */
export interface Templates {
  readonly templates: readonly Template[];
  readonly clusterTemplates: readonly Template[];
}

/** Where templates are looked up; undefined: there is none of that name. */
export interface TemplateSource {
  readonly template: (name: string) => Template | undefined;
  readonly clusterTemplate: (name: string) => Template | undefined;
}

/**
 * The templates that references name, and those that these refer to in turn; each once, in the place where it came
 * first.
 *
 * @throws SpecError if one is missing, or templates refer to each other in a circle (which Argo follows for ever)
 * @source getAnalysisTemplatesFromRefs in rollout/analysis.go of argoproj/argo-rollouts
 */
export function templatesFromRefs(refs: readonly AnalysisTemplateRef[], source: TemplateSource): Templates {
  return filterUnique(followRefs(refs, source, []));
}

function followRefs(refs: readonly AnalysisTemplateRef[], source: TemplateSource, path: readonly string[]): Templates {
  const templates: Template[] = [];
  const clusterTemplates: Template[] = [];
  for (const { templateName = '', clusterScope = false } of refs) {
    const found = clusterScope ? source.clusterTemplate(templateName) : source.template(templateName);
    const kind = clusterScope ? 'clusteranalysistemplate' : 'analysistemplate';
    if (found === undefined) throw new SpecError(`${kind}.argoproj.io ${quote(templateName)} not found`);
    const step = `${kind} "${templateName}"`;
    if (path.includes(step)) throw new SpecError(`${[...path, step].join(' refers to ')}: a circle`);
    (clusterScope ? clusterTemplates : templates).push(found);
    const inner = followRefs(found.spec.templates ?? [], source, [...path, step]);
    templates.push(...inner.templates);
    clusterTemplates.push(...inner.clusterTemplates);
  }
  return { templates, clusterTemplates };
}

/** The first of each name, per scope. */
export function filterUnique({ templates, clusterTemplates }: Templates): Templates {
  return { templates: uniqueByName(templates), clusterTemplates: uniqueByName(clusterTemplates) };
}

function uniqueByName(templates: readonly Template[]): Template[] {
  const names = new Set<string | undefined>();
  return templates.filter(({ metadata: { name } }) => !names.has(name) && names.add(name));
}

/** What several templates come to when they are put together. */
export type FlatSpec = Required<Pick<AnalysisRunSpec, 'metrics' | 'args' | 'dryRun' | 'measurementRetention'>>;

/**
 * Puts templates together into one.
 *
 * @throws SpecError if two metrics or two rules have one name, or two values of an argument differ
 * @source FlattenTemplates in utils/analysis/helpers.go of argoproj/argo-rollouts
 */
export function flattenTemplates({ templates, clusterTemplates }: Templates): FlatSpec {
  const specs = [...templates, ...clusterTemplates].map(({ spec }) => spec);
  return {
    metrics: uniqueMetrics(specs.flatMap(({ metrics }) => metrics ?? [])),
    dryRun: uniqueDryRun(specs.flatMap(({ dryRun }) => dryRun ?? [])),
    measurementRetention: uniqueRetention(specs.flatMap(({ measurementRetention }) => measurementRetention ?? [])),
    args: flattenArgs(specs.flatMap(({ args }) => args ?? [])),
  };
}

/** A null value is replaced by the whole later argument, so where it was to be taken from is forgotten. */
function flattenArgs(all: readonly Argument[]): Argument[] {
  const args = new Map<string, Argument>();
  for (const arg of all) {
    const before = args.get(arg.name);
    if (before === undefined || isAbsent(before.value)) {
      args.set(arg.name, arg);
    } else if (!isAbsent(arg.value) && arg.value !== before.value) {
      throw new SpecError(
        `Argument \`${arg.name}\` specified multiple times with different values: '${before.value}', '${arg.value}'`,
      );
    }
  }
  return [...args.values()];
}

/** What a run is made from, besides its templates. Incoming rules go before those of the templates. */
export interface RunRequest {
  readonly metadata: AnalysisRun['metadata'];
  readonly args?: readonly Argument[];
  readonly dryRun?: readonly DryRun[];
  readonly measurementRetention?: readonly MeasurementRetention[];
}

/**
 * Makes a run from templates.
 *
 * @throws SpecError as `flattenTemplates`, or if an argument has no value
 * @source NewAnalysisRunFromTemplates in utils/analysis/helpers.go of argoproj/argo-rollouts
 */
export function newRunFromTemplates(templates: Templates, request: RunRequest): AnalysisRun {
  const flat = flattenTemplates(templates);
  const args = mergeArgs(request.args ?? [], flat.args);
  const dryRun = uniqueDryRun([...(request.dryRun ?? []), ...flat.dryRun]);
  const retention = uniqueRetention([...(request.measurementRetention ?? []), ...flat.measurementRetention]);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: request.metadata,
    spec: {
      metrics: flat.metrics,
      ...(args.length > 0 && { args }),
      ...(dryRun.length > 0 && { dryRun }),
      ...(retention.length > 0 && { measurementRetention: retention }),
    },
  };
}

function uniqueMetrics(metrics: Metric[]): Metric[] {
  refuseTwice(metrics, ({ name }) => name, 'two metrics');
  return metrics;
}

function uniqueDryRun(rules: DryRun[]): DryRun[] {
  refuseTwice(rules, ({ metricName }) => metricName, 'two Dry-Run metric rules');
  return rules;
}

function uniqueRetention(rules: MeasurementRetention[]): MeasurementRetention[] {
  refuseTwice(rules, ({ metricName }) => metricName, 'two Measurement Retention metric rules');
  return rules;
}

function refuseTwice<Item>(items: readonly Item[], nameOf: (item: Item) => string, what: string): void {
  const names = new Set<string>();
  for (const item of items) {
    const name = nameOf(item);
    if (names.has(name)) throw new SpecError(`${what} have the same name '${name}'`);
    names.add(name);
  }
}
