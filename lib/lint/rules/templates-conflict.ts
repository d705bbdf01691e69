import { SpecError } from '../../analysis/spec-error.ts';
import { flattenTemplates } from '../../analysis/templates.ts';
import type { Rule } from '../rule.ts';

export const templatesConflict: Rule = {
  severity: 'error',
  summary: 'Templates that cannot be put together.',
  reference({ found, own, keys }) {
    const all = own ? [own, ...found.filter((template) => template !== own)] : found;
    try {
      flattenTemplates({
        templates: all.filter((template) => template.kind === 'AnalysisTemplate'),
        clusterTemplates: all.filter((template) => template.kind === 'ClusterAnalysisTemplate'),
      });
      return [];
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      return [{ keys, message: `these templates cannot be put together: ${error.message}` }];
    }
  },
};
