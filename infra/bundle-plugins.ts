import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Puts the modules with plugins of metrics into the bundle, each in a chunk that is loaded with its first measurement.
 *
 * `plugins.json` in `folder` lists them as the settings of clusters name them, packages and paths seen from there:
 * `["@acme/assay-signalfx", "./plugins/queue.ts"]`. Without that file there are none.
 *
 * @throws Error for a file that is no list of texts; esbuild says which module is not there
 */
export function bundlePlugins(folder: string): Plugin {
  const modules = readList(join(folder, 'plugins.json'));
  return {
    name: 'bundle-plugins',
    setup(bundle) {
      bundle.onLoad({ filter: /[\\/]lib[\\/]plugins[\\/]bundled-modules\.ts$/ }, () => {
        const rows = modules.map((module) => {
          const name = JSON.stringify(module);
          return `${name}: () => import(${name}),`;
        });
        return { contents: `export const BUNDLED_MODULES = {\n${rows.join('\n')}\n};`, resolveDir: folder };
      });
    },
  };
}

function readList(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  const list: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (Array.isArray(list) && list.every((module): module is string => typeof module === 'string')) return list;
  throw new Error(`${path}: expected a list of modules, such as ["@acme/assay-signalfx"]`);
}
