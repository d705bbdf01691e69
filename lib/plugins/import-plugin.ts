import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssayError } from '../model/errors.ts';

/**
 * Loads modules into this process: a path (`./mine.mjs`, `/opt/mine.mjs`) as seen from `folder`, or a package as Node finds
 * it from there. One that was loaded before is the same again.
 *
 * @throws AssayError, from the function returned, ASSAY_PLUGIN_INVALID for what is not there, or fails while it is loaded
 */
export function pluginImporter(folder: string): (module: string) => Promise<unknown> {
  const near = createRequire(join(resolve(folder), 'package.json'));
  return async (module) => {
    try {
      const isPath = isAbsolute(module) || /^\.\.?\//.test(module);
      const file = isPath ? resolve(folder, module) : near.resolve(module);
      return (await import(pathToFileURL(file).href)) as unknown;
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      throw new AssayError('ASSAY_PLUGIN_INVALID', `the module ${module} cannot be loaded: ${reason}`, {
        cause: error,
      });
    }
  };
}
