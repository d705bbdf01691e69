import type { Rule } from '../rule.ts';

export const noAddress: Rule = {
  severity: 'warning',
  summary: 'A Prometheus metric that leaves the address to a setting.',
  provider: 'prometheus',
  provided({ spec, keys }) {
    if (spec['address'] !== undefined && spec['address'] !== '') return [];
    const message = 'no address: the metric ends with Error where the cluster has no prometheusAddress';
    return [{ keys, message, hint: 'add address', isAbsence: true }];
  },
};
