import { SpecError } from '../../analysis/spec-error.ts';
import { flattenTemplates } from '../../analysis/templates.ts';
import type { Rule } from '../rule.ts';
import type { AnyTemplate } from '../template-index.ts';

export const templatesConflict: Rule = {
  severity: 'error',
  summary: 'Templates that cannot be put together.',
  reference({ found, own, parts, circle, keys }) {
    if (circle) return [];
    const all = own ? [own, ...found] : found;
    const problem = conflictOf(all);
    // What is wrong with one of them alone is told there.
    if (problem === undefined || all.some((one) => conflictOf([one])) || parts.some(conflictOf)) return [];
    return [{ keys, message: `these templates cannot be put together: ${problem}` }];
  },
};

function conflictOf(all: readonly AnyTemplate[]): string | undefined {
  try {
    flattenTemplates({
      templates: all.filter((template) => template.kind === 'AnalysisTemplate'),
      clusterTemplates: all.filter((template) => template.kind === 'ClusterAnalysisTemplate'),
    });
    return undefined;
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
}
