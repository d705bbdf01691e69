import { expectTypeOf, test } from 'vitest';
import type * as own from '../../lib/model/plugin.ts';
import type * as published from '../../lib/plugins/plugin.d.ts';

// The compiler decides: `npm run check:types`.
test('a plugin written against the published types is one', () => {
  expectTypeOf<published.Plugin>().toExtend<own.Plugin>();
});

test('the published types have each method of a plugin, and all that it may use', () => {
  expectTypeOf<keyof published.Plugin>().toEqualTypeOf<keyof own.Plugin>();
  expectTypeOf<keyof published.PluginContext>().toEqualTypeOf<keyof own.PluginContext>();
  expectTypeOf<keyof published.PluginSecrets>().toEqualTypeOf<keyof own.PluginContext['secrets']>();
  expectTypeOf<own.PluginContext>().toExtend<published.PluginContext>();
});
