import { PROVIDER_ROWS } from '../../model/provider-rows.ts';
import type { ProviderRow } from '../../model/provider-row.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { Rule, Slip } from '../rule.ts';
import type { Provided } from '../subject.ts';

export const unsupportedProvider: Rule = {
  severity: 'error',
  summary: 'A provider that Assay does not read, or a plugin that nothing serves.',
  metric({ provided, analysis: { plugins } }) {
    if (provided?.field === 'plugin' && plugins) return unserved(provided, plugins);
    if (provided?.row.isUnread !== true) return [];
    const { field, keys } = provided;
    const message = `the provider ${field} is not supported: the metric ends with Error`;
    return [{ keys, message, hint: `supported: ${SUPPORTED.join(', ')}` }];
  },
};

/** Settings change more easily than templates: a warning. */
function unserved({ spec, keys }: Provided, plugins: readonly string[]): Slip[] {
  const [name] = Object.keys(spec);
  if (name === undefined || plugins.includes(name)) return [];
  const message = `the plugin "${name}" is not among those that are served${didYouMean(name, plugins)}: the metric ends with Error`;
  const hint = plugins.length === 0 ? 'none is' : `served: ${plugins.join(', ')}`;
  return [{ keys: [...keys, name], message, hint, severity: 'warning' }];
}

const SUPPORTED = Object.entries<ProviderRow>(PROVIDER_ROWS).flatMap(([field, { isUnread }]) =>
  isUnread === true ? [] : [field],
);
