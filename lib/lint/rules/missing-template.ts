import { didYouMean, suggest } from '../../model/suggest.ts';
import type { Rule } from '../rule.ts';

export const missingTemplate: Rule = {
  severity: 'advice',
  summary: 'A template that is not among the files.',
  reference: ({ missing, names, isAll }) =>
    missing.flatMap(({ name, clusterScope, keys }) => {
      if (name.includes('{{')) return [];
      const isElsewhere = [...names(!clusterScope)].includes(name);
      const isSlip = isElsewhere || suggest(name, names(clusterScope)) !== undefined;
      const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
      const meant = isElsewhere ? '' : didYouMean(name, names(clusterScope));
      const hint = isElsewhere
        ? clusterScope
          ? 'there is an AnalysisTemplate of that name: leave out clusterScope'
          : 'there is a ClusterAnalysisTemplate of that name: add clusterScope: true'
        : undefined;
      const message = `no ${kind} "${name}" among these files${meant}`;
      const severity = isAll ? 'error' : isSlip ? 'warning' : 'advice';
      return [{ keys, message, hint, value: name, severity }];
    }),
};
