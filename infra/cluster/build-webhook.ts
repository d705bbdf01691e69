import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Has Node's own modules asked for with `require`. An ES module that imports one takes all that it exports, getters
 * included, and one of `node:http` loads the whole of `fetch`: 6 MB.
 */
const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: /^(node:)?[a-z_\d]+(\/[a-z]+)?$/ }, ({ path, namespace }) => {
      const name = path.replace('node:', '');
      if (!builtinModules.includes(name)) return undefined;
      return namespace === 'builtin' ? { path, external: true } : { path: name, namespace: 'builtin' };
    });
    bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require('node:${path}');`,
    }));
  },
};

/**
 * Puts nothing in the place of zod, of which the rows of providers make schemas: API servers have checked what comes
 * here, and half a megabyte more would be loaded to make what nobody asks. Who does ask is refused.
 */
const leaveOutSchemas: Plugin = {
  name: 'leave-out-schemas',
  setup(bundler) {
    bundler.onResolve({ filter: /^zod$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    bundler.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({
      contents: `
        const refuse = () => { throw new Error('schemas are left out'); };
        const get = (_, name) => (/parse/i.test(String(name)) ? refuse : z);
        export const z = new Proxy(() => {}, { get, apply: () => z });
      `,
    }));
  },
};

/** `node infra/cluster/build-webhook.ts [FILE]`: bundles functions/webhook.ts into one file. Default dist/webhook.mjs. */
await build({
  absWorkingDir: ROOT,
  entryPoints: ['functions/webhook.ts'],
  outfile: resolve(process.argv[2] ?? `${ROOT}/dist/webhook.mjs`),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // What packages have as ES modules can be left out where it is not used: 7 MB of memory less.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  minify: true,
  logLevel: 'warning',
  plugins: [requireBuiltins, leaveOutSchemas],
  // Packages that are CommonJS ask for Node's own modules with `require`, which an ES module has not.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
