import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

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
 * by those that need it, so that small commands start fast; beside each the map that leads back to the sources. Which
 * packages it holds, with their licenses, is in `third-party-licenses.txt`; what plugins are written against in
 * `plugin.d.ts`.
 *
 * It is written for the oldest Node that runs it (`lib/cli/node-version.ts`); what that one lacks is in `older-node.ts`.
 */
async function buildCli(folder: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { assay: 'lib/cli/main.ts' },
    // Wherever they are written to: what maps say of the sources, and with it the names of chunks, stays the same.
    outdir: 'dist',
    write: false,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    plugins: [embedTexts],
    // Packages that are CommonJS ask for Node's own modules with `require`, which an ES module has not.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  const built = new Map(outputFiles.map(({ path, contents }) => [relative(join(ROOT, 'dist'), path), contents]));
  for (const [name, contents] of built) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), contents);
  }
  // What was built before goes only now: whoever runs it meanwhile finds its chunks, unless they changed.
  for (const name of readdirSync(join(folder, 'chunks')))
    if (!built.has(join('chunks', name))) rmSync(join(folder, 'chunks', name));
  chmodSync(join(folder, 'assay.js'), 0o755);
  copyFileSync(join(ROOT, 'lib/plugins/plugin.d.ts'), join(folder, 'plugin.d.ts'));
  writeFileSync(join(folder, 'third-party-licenses.txt'), licensesOf(Object.keys(metafile.inputs)));
}

/** @throws Error for a package that says nothing of its license */
function licensesOf(inputs: readonly string[]): string {
  const folders = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const texts = [...new Set(folders)].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
    const file = readdirSync(join(ROOT, folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? undefined : readFileSync(join(ROOT, folder, file), 'utf8').trim();
    if (license === undefined && text === undefined) throw new Error(`${folder} says nothing of its license`);
    return [`${name} ${version}: ${license ?? 'see below'}`, ...(text === undefined ? [] : [text])].join('\n\n');
  });
  return `Assay holds code of these packages.\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

await buildCli(resolve(process.argv[2] ?? join(ROOT, 'dist')));
