import { AssayError } from './errors.ts';
import type { Provider, ProviderContext } from './provider.ts';

/**
 * What an ES module exports as `plugin` (or as its default) to serve the metrics of a plugin: the port of providers, as far as plugins have it.
 * `Spec` is what a metric says under the plugin's name, arguments replaced; nobody has checked it.
 *
 * `read` begins a measurement, and may leave it `pending`; then `resume` looks at it again, and `terminate` ends it before
 * its time. What they throw becomes a measurement of phase Error with the error's message, and so does what is no reading,
 * and what has not come within the time limit.
 */
export type Plugin<Spec = unknown> = Pick<Provider<Spec, PluginContext>, 'read' | 'resume' | 'terminate'>;

/**
 * What a plugin may use, of one measurement: `fetch` is the way out with its address rules, limits and masked secrets;
 * `secrets` are masked wherever they would be shown. Both end with the measurement.
 */
export interface PluginContext extends Pick<
  ProviderContext,
  'fetch' | 'now' | 'run' | 'key' | 'secrets' | 'startedAt' | 'interval'
> {
  /** Ends with the time of the measurement. */
  readonly signal: AbortSignal;
}

/**
 * The plugin that a module exports.
 * @throws AssayError ASSAY_PLUGIN_INVALID for a module without one
 */
export function pluginIn(module: unknown, name: string): Plugin {
  const { plugin, default: byDefault } = (module ?? {}) as Readonly<Record<string, unknown>>;
  const found = plugin ?? byDefault;
  if (isPlugin(found)) return found;
  throw new AssayError(
    'ASSAY_PLUGIN_INVALID',
    `the module ${name} exports no plugin: expected export const plugin = {read, …}`,
  );
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null || !('read' in value) || typeof value.read !== 'function')
    return false;
  const optional = ['resume', 'terminate'].map((name) => (value as Readonly<Record<string, unknown>>)[name]);
  return optional.every((each) => each === undefined || typeof each === 'function');
}
