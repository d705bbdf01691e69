import { resolveMetric } from '../../analysis/arguments.ts';
import { effectiveCount } from '../../analysis/limits.ts';
import { SpecError } from '../../analysis/spec-error.ts';
import {
  filterUnique,
  newRunFromTemplates,
  type Template,
  type Templates,
  type TemplateSource,
} from '../../analysis/templates.ts';
import { isAbsent } from '../../model/empty.ts';
import type { Argument } from '../../model/analysis-run.ts';
import type { AnalysisTemplateRef } from '../../model/analysis-template.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { RolloutAnalysis } from '../../model/rollout-analysis.ts';
import { buildRolloutArguments } from '../analysis-arguments.ts';
import { invalid } from '../validation/field-error.ts';

/** An analysis, and the field that names its templates. */
export interface NamedAnalysis {
  readonly path: string;
  readonly analysis: RolloutAnalysis;
  /** It runs beside the steps, and need not end. */
  readonly isBackground: boolean;
}

export function analysesOf({ spec }: Rollout): readonly NamedAnalysis[] {
  const { blueGreen, canary } = spec.strategy ?? {};
  if (blueGreen) {
    return [
      ...asNamed('blueGreen.prePromotionAnalysis', blueGreen.prePromotionAnalysis),
      ...asNamed('blueGreen.postPromotionAnalysis', blueGreen.postPromotionAnalysis),
    ];
  }
  const steps = canary?.steps ?? [];
  return [
    ...steps.flatMap(({ analysis }, index) => asNamed(`canary.steps[${index}].analysis`, analysis)),
    ...asNamed('canary.analysis', canary?.analysis, true),
  ];
}

function asNamed(field: string, analysis: RolloutAnalysis | undefined, isBackground = false): NamedAnalysis[] {
  return analysis ? [{ path: `spec.strategy.${field}.templates`, analysis, isBackground }] : [];
}

interface FoundTemplates extends Templates {
  readonly problem?: string;
}

/** The templates of an analysis, and those that these refer to; or which one is missing. */
export function findTemplates({ path, analysis }: NamedAnalysis, source: TemplateSource): FoundTemplates {
  return follow(analysis.templates ?? [], path, source, []);
}

function follow(
  refs: readonly AnalysisTemplateRef[],
  path: string,
  source: TemplateSource,
  above: readonly Template[],
): FoundTemplates {
  const templates: Template[] = [];
  const clusterTemplates: Template[] = [];
  for (const { templateName = '', clusterScope = false } of refs) {
    const found = clusterScope ? source.clusterTemplate(templateName) : source.template(templateName);
    const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    if (found === undefined) {
      const problem = invalid(path, templateName, `${kind} '${templateName}' not found`);
      return { templates, clusterTemplates, problem };
    }
    (clusterScope ? clusterTemplates : templates).push(found);
    // Argo follows a circle for ever; whoever begins the run says what is wrong with it.
    if (above.includes(found)) continue;
    const inner = follow(found.spec.templates ?? [], 'spec.templates', source, [...above, found]);
    if (inner.problem !== undefined) return inner;
    templates.push(...inner.templates);
    clusterTemplates.push(...inner.clusterTemplates);
  }
  return filterUnique({ templates, clusterTemplates });
}

/**
 * Whether the templates of an analysis go together, have all their arguments, and come to an end.
 * @source ValidateAnalysisTemplatesWithType in pkg/apis/rollouts/validation/validation_references.go of
 *         argoproj/argo-rollouts
 */
export function checkTemplates(named: NamedAnalysis, rollout: Rollout, source: TemplateSource): string | undefined {
  const { path } = named;
  const found = findTemplates(named, source);
  const all = [...found.templates, ...found.clusterTemplates];
  const problem = findClash(named, rollout, found);
  if (problem !== undefined) {
    const names = all.map(({ metadata }) => metadata.name).join(' ');
    return invalid(path, `templateNames: [${names}]`, problem);
  }
  for (const template of all) {
    const wrong = named.isBackground ? checkBackground(named, template) : checkEnd(path, template);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function findClash({ analysis }: NamedAnalysis, rollout: Rollout, templates: Templates): string | undefined {
  const args = argumentsOf(analysis, rollout);
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  const rules = [{}, ...steps.flatMap((step) => (step.analysis ? [step.analysis] : []))];
  try {
    for (const { dryRun = [], measurementRetention = [] } of rules as readonly RolloutAnalysis[]) {
      newRunFromTemplates(templates, { metadata: {}, args, dryRun, measurementRetention });
    }
    return undefined;
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
}

/** Hashes are not known yet, nor need paths lead anywhere. */
function argumentsOf({ args = [] }: RolloutAnalysis, rollout: Rollout): readonly Argument[] {
  try {
    return buildRolloutArguments(args, { latest: 'dummy-new-hash', stable: 'dummy-stable-hash' }, rollout).args;
  } catch (error) {
    if (error instanceof SpecError) return [];
    throw error;
  }
}

const DUMMY = 'dummy-value';

function checkEnd(path: string, { metadata, spec }: Template): string | undefined {
  const { name = '' } = metadata;
  const say = (what: string) => invalid(path, name, `AnalysisTemplate ${name}${what}`);
  const { args = [], metrics = [] } = spec;
  const both = args.find(({ value, valueFrom }) => valueFrom !== undefined && !isAbsent(value));
  if (both) return say(`: arg '${both.name}' has both Value and ValueFrom fields`);
  const known = args.map((arg) => (isAbsent(arg.value) ? { name: arg.name, value: DUMMY } : arg));
  try {
    const endless = metrics
      .map((metric) => resolveMetric(metric, known))
      .find((metric) => effectiveCount(metric) === undefined);
    if (endless === undefined) return undefined;
    const count = endless.count ?? '<nil>';
    return say(` has metric ${endless.name} which runs indefinitely. Invalid value for count: ${count}`);
  } catch (error) {
    if (error instanceof SpecError) return say(`: ${error.message}`);
    throw error;
  }
}

function checkBackground({ path, analysis }: NamedAnalysis, { metadata, spec }: Template): string | undefined {
  const { name = '' } = metadata;
  const given = analysis.args;
  for (const arg of spec.args ?? []) {
    if (!isAbsent(arg.value) || arg.valueFrom !== undefined) continue;
    if (given === undefined) return invalid(path, name, 'missing analysis arguments in rollout spec');
    if (!given.some((each) => each.name === arg.name)) return invalid(path, name, arg.name);
  }
  return undefined;
}
