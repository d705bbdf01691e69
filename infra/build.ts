import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { LEFT_OUT_OF_CLI, leaveOut, slimUndici } from './left-out.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** The bundle stands alone: what these files read from elsewhere in the repository is read now. */
const embedTexts: Plugin = {
  name: 'embed-texts',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]lib[\\/]cli[\\/]examples\.ts$/ }, async () => {
      const { EXAMPLES } = await import('../lib/cli/examples.ts');
      return { contents: `export const EXAMPLES = ${JSON.stringify(EXAMPLES)};` };
    });
    bundle.onLoad({ filter: /[\\/]lib[\\/]cli[\\/]cluster-base\.ts$/ }, async () => {
      const texts = Object.entries(await import('../lib/cli/cluster-base.ts'));
      return { contents: texts.map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`).join('\n') };
    });
  },
};

/**
 * Bundles the command line into `folder`: `assay.js`, and in `chunks/` what the commands need beside it, each loaded
 * by those that need it, so that small commands start fast.
 */
async function buildCli(folder: string): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { assay: 'lib/cli/main.ts' },
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    plugins: [embedTexts, slimUndici(ROOT), leaveOut(ROOT, LEFT_OUT_OF_CLI)],
    // Packages that are CommonJS ask for Node's own modules with `require`, which an ES module has not.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  rmSync(join(folder, 'chunks'), { recursive: true, force: true });
  for (const { path, contents } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  chmodSync(join(folder, 'assay.js'), 0o755);
}

await buildCli(resolve(process.argv[2] ?? join(ROOT, 'dist')));
