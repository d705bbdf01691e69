import { resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');

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
  // Packages that are CommonJS ask for Node's own modules with `require`, which an ES module has not.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});
