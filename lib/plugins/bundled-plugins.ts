import { AssayError } from '../model/errors.ts';
import { BUNDLED_MODULES } from './bundled-modules.ts';

/**
 * Loads a module that was bundled with this process. Settings of clusters choose among these, and bring in no code that was
 * not deployed.
 *
 * @throws AssayError ASSAY_PLUGIN_INVALID for another one, or one that fails while it is loaded
 */
export async function loadBundledPlugin(module: string): Promise<unknown> {
  const load = Object.hasOwn(BUNDLED_MODULES, module) ? BUNDLED_MODULES[module] : undefined;
  if (!load) {
    const hint = 'list it in plugins.json, and deploy anew';
    throw new AssayError('ASSAY_PLUGIN_INVALID', `the module ${module} is not bundled: ${hint}`);
  }
  try {
    return await load();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new AssayError('ASSAY_PLUGIN_INVALID', `the module ${module} cannot be loaded: ${reason}`, { cause: error });
  }
}
