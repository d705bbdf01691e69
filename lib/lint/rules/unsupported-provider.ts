import { PROVIDER_ROWS } from '../../model/provider-rows.ts';
import type { ProviderRow } from '../../model/provider-row.ts';
import type { Rule } from '../rule.ts';

export const unsupportedProvider: Rule = {
  severity: 'error',
  summary: 'A provider that Assay does not read.',
  metric({ provided }) {
    if (provided === undefined || provided.row.isUnread !== true) return [];
    const { field, keys, spec } = provided;
    const [name] = field === 'plugin' ? Object.keys(spec) : [];
    const shown = name === undefined ? field : `${field} "${name}"`;
    const message = `the provider ${shown} is not supported: the metric ends with Error`;
    return [{ keys, message, hint: `supported: ${SUPPORTED.join(', ')}` }];
  },
};

const SUPPORTED = Object.entries<ProviderRow>(PROVIDER_ROWS).flatMap(([field, { isUnread }]) =>
  isUnread === true ? [] : [field],
);
