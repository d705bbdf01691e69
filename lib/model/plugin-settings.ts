import { z } from 'zod';
import { text } from './schema.ts';

/** Seconds that a plugin may take, where its setting says nothing, and at most. */
export const PLUGIN_SECONDS = { byDefault: 30, most: 60 } as const;

const pluginSetting = z
  .strictObject({
    module: text('ES module with the plugin: a package, or the path of a file.').exactOptional(),
    url: z
      .string()
      .refine(isEndpoint, { error: 'an http or https URL without credentials' })
      .describe('Where the plugin is asked over HTTP.')
      .exactOptional(),
    timeoutSeconds: z
      .number()
      .refine(isTimeLimit, { error: `a whole number from 1 to ${PLUGIN_SECONDS.most}` })
      .describe(`Time that a measurement may take (default ${PLUGIN_SECONDS.byDefault}).`)
      .exactOptional(),
  })
  .refine((setting) => (setting.module === undefined) !== (setting.url === undefined), { error: 'module or url' });

/** How one plugin is served: `module` or `url` is set. */
export type PluginSetting = z.infer<typeof pluginSetting>;

/** The part of settings that plugins stand in. */
export const pluginFields = {
  plugins: z
    .record(z.string(), pluginSetting)
    .describe('What serves metrics of plugins, by the name under `provider.plugin`.')
    .exactOptional(),
};
export type PluginSettings = Readonly<Record<string, PluginSetting>>;

/** Reads `NAME=MODULE` or `NAME=URL`; undefined for what is neither. */
export function parsePluginSetting(given: string): readonly [name: string, setting: PluginSetting] | undefined {
  const at = given.indexOf('=');
  const [name, target] = [given.slice(0, at), given.slice(at + 1)];
  if (at < 1 || target === '') return undefined;
  if (!/^https?:/.test(target)) return [name, { module: target }];
  return isEndpoint(target) ? [name, { url: target }] : undefined;
}

/** The setting of a plugin; undefined where there is none of that name. */
export function pluginSettingOf(settings: PluginSettings = {}, name: string): PluginSetting | undefined {
  return Object.hasOwn(settings, name) ? settings[name] : undefined;
}

function isEndpoint(url: string): boolean {
  const { protocol = '', username, password } = URL.parse(url) ?? {};
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

function isTimeLimit(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= PLUGIN_SECONDS.most;
}
