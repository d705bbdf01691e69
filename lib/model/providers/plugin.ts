import type { z } from 'zod';
import { anyObject } from '../schema.ts';

/** By the name of the plugin, whatever that plugin takes. */
export const pluginMetric = anyObject('A metric plugin: its name, and under it its own settings.');
export type PluginMetric = z.infer<typeof pluginMetric>;
