import type { z } from 'zod';
import { may } from '../json-form.ts';
import type { ProviderRow } from '../provider-row.ts';
import { anyObject } from '../schema.ts';

/** By the name of the plugin, whatever that plugin takes. */
const pluginMetric = anyObject('A metric plugin: its name, and under it its own settings.');
export type PluginMetric = z.infer<typeof pluginMetric>;

export const plugin = {
  type: 'RPCPlugin',
  precedence: 12,
  schema: pluginMetric,
  json: may,
  isMap: true,
} as const satisfies ProviderRow;
