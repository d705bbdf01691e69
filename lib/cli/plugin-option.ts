import { Option } from 'commander';
import { parsePluginSetting, type PluginSettings } from '../model/plugin-settings.ts';
import { pluginIn } from '../model/plugin.ts';
import type { ProviderSettings } from '../model/provider.ts';
import { pluginImporter } from '../plugins/import-plugin.ts';
import { InputError } from './input-error.ts';

/** `--plugin acme/signalfx=./signalfx.mjs`, as often as there are plugins; in the options: `PluginSettings`. */
export function pluginOption(): Option {
  return new Option(
    '--plugin <name=module>',
    'what serves metrics of a plugin: an ES module, a package or a path, or the URL of an endpoint; may be repeated',
  )
    .argParser(collect)
    .default({}, 'none');
}

function collect(text: string, before: PluginSettings): PluginSettings {
  const given = parsePluginSetting(text);
  if (!given) throw new InputError(`--plugin: expected name=module or name=url, got "${text}"`);
  const [name, setting] = given;
  if (Object.hasOwn(before, name)) throw new InputError(`--plugin: "${name}" is given twice`);
  return { ...before, [name]: setting };
}

/**
 * The settings of metrics with these plugins, each module loaded from this folder: what cannot be served is known before
 * anything is.
 *
 * @throws AssayError ASSAY_PLUGIN_INVALID
 */
export async function loadPlugins(plugins: PluginSettings): Promise<ProviderSettings> {
  const loadPlugin = pluginImporter('.');
  for (const { module } of Object.values(plugins)) {
    if (module !== undefined) pluginIn(await loadPlugin(module), module);
  }
  return { plugins, loadPlugin };
}
