import { isObject } from '../model/is-object.ts';
import type { Keys } from '../model/problem.ts';

/** A template that something names. */
export interface TemplateReference {
  readonly name: string;
  readonly clusterScope: boolean;
  /** The way to the name. */
  readonly keys: Keys;
}

/** An argument that is given along. */
export interface GivenArgument {
  readonly name: string;
  readonly keys: Keys;
  readonly hasValue: boolean;
}

/** One analysis that is made of templates, or a template that goes on to others. */
export interface Reference {
  readonly templates: readonly TemplateReference[];
  /** The way to what names the templates. */
  readonly keys: Keys;
  /** What it gives; undefined where it is a template, which gives nothing and whose arguments come from its user. */
  readonly args: readonly GivenArgument[] | undefined;
  /** Whether something does not go on before the analysis has ended. */
  readonly isAwaited: boolean;
}

/**
 * All that an object refers to: the `templates` of a template, the analyses of an Experiment, those of a Rollout (in
 * steps, in the background, before and after promotion, and in the experiments of its steps). Whatever has another shape
 * is left out.
 *
 * @source AnalysisTemplateSpec, ExperimentSpec and RolloutStrategy in pkg/apis/rollouts/v1alpha1 of argoproj/argo-rollouts
 */
export function referencesOf(object: unknown): Reference[] {
  if (!isObject(object)) return [];
  const at = (...keys: Keys) => valueAt(object, keys);
  switch (object['kind']) {
    case 'AnalysisTemplate':
    case 'ClusterAnalysisTemplate': {
      const keys = ['spec', 'templates'];
      const templates = templatesAt(at(...keys), keys);
      return templates.length === 0 ? [] : [{ templates, keys, args: undefined, isAwaited: false }];
    }
    case 'Experiment':
      return analysesOf(at('spec', 'analyses'), ['spec', 'analyses']);
    case 'Rollout':
      return rolloutReferences(at);
    default:
      return [];
  }
}

function rolloutReferences(at: (...keys: Keys) => unknown): Reference[] {
  const [canary, blueGreen] = [
    ['spec', 'strategy', 'canary'],
    ['spec', 'strategy', 'blueGreen'],
  ];
  const steps = itemsOf(at(...canary, 'steps')).flatMap((step, index) => {
    const keys = [...canary, 'steps', index];
    return [
      ...analysisOf(valueAt(step, ['analysis']), [...keys, 'analysis'], true),
      ...analysesOf(valueAt(step, ['experiment', 'analyses']), [...keys, 'experiment', 'analyses']),
    ];
  });
  const promotions = ['prePromotionAnalysis', 'postPromotionAnalysis'].map((field) => [...blueGreen, field]);
  const background = [...canary, 'analysis'];
  return [
    ...steps,
    ...analysisOf(at(...background), background, false),
    ...promotions.flatMap((keys) => analysisOf(at(...keys), keys, true)),
  ];
}

/** An analysis of a Rollout: several templates, and the arguments of all. */
function analysisOf(analysis: unknown, keys: Keys, isAwaited: boolean): Reference[] {
  if (!isObject(analysis)) return [];
  const templates = templatesAt(analysis['templates'], [...keys, 'templates']);
  const args = argsAt(analysis['args'], [...keys, 'args']);
  return templates.length === 0 ? [] : [{ templates, keys, args, isAwaited }];
}

/** Analyses of an Experiment, each of one template. */
function analysesOf(analyses: unknown, keys: Keys): Reference[] {
  return itemsOf(analyses).flatMap((analysis, index) => {
    const own = [...keys, index];
    const templates = templatesAt([analysis], keys).map((template) => ({
      ...template,
      keys: [...own, 'templateName'],
    }));
    const args = argsAt(valueAt(analysis, ['args']), [...own, 'args']);
    const isAwaited = valueAt(analysis, ['requiredForCompletion']) === true;
    return templates.length === 0 ? [] : [{ templates, keys: own, args, isAwaited }];
  });
}

function templatesAt(list: unknown, keys: Keys): TemplateReference[] {
  return itemsOf(list).flatMap((item, index) => {
    const name = valueAt(item, ['templateName']);
    if (typeof name !== 'string' || name === '') return [];
    const clusterScope = valueAt(item, ['clusterScope']) === true;
    return [{ name, clusterScope, keys: [...keys, index, 'templateName'] }];
  });
}

function argsAt(list: unknown, keys: Keys): GivenArgument[] {
  return itemsOf(list).flatMap((item, index) => {
    const name = valueAt(item, ['name']);
    if (typeof name !== 'string') return [];
    const hasValue = typeof valueAt(item, ['value']) === 'string' || isObject(valueAt(item, ['valueFrom']));
    return [{ name, hasValue, keys: [...keys, index] }];
  });
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function valueAt(value: unknown, keys: Keys): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    value,
  );
}
