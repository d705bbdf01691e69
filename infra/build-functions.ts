import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { leaveOut } from './left-out.ts';
import { importStatically } from './static-imports.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** The functions that AWS runs, by the name of their entry in functions/. */
const FUNCTIONS = ['on-message', 'on-schedule'] as const;

/** One file that Lambda loads, and what it is made of. */
export interface BuiltFunction {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Bytes by package; what is the project's own counts as `assay`. The largest first. */
  readonly packages: ReadonlyMap<string, number>;
}

/** What must not be in a function: it would be too slow to load, or could reach what a function has no business with. */
const FORBIDDEN = [
  /^node_modules\/@kubernetes\//,
  /^node_modules\/(prom-client|commander)\//,
  /^lib\/cli\//,
  /^test\//,
];

/**
 * Bundles each function into one file of `folder`, minified, and makes that folder CommonJS, which loads a tenth faster
 * than an ES module (and with a `require` for the packages that ask for one). There is no compile cache: /tmp is empty
 * when Lambda makes an environment, and a cache built here fits no other processor.
 *
 * @param folder      made where it is not there; default of the script: dist/functions
 * @param sourceMaps  writes `NAME.js.map` beside each; not part of what is deployed
 * @throws            what esbuild says; for what must not be inside, the file that has it
 */
export async function buildFunctions(folder: string, { sourceMaps = false } = {}): Promise<BuiltFunction[]> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: FUNCTIONS.map((name) => `functions/${name}.ts`),
    outdir: folder,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // What packages have as ES modules can be left out where it is not used: a tenth of the size.
    mainFields: ['module', 'main'],
    legalComments: 'none',
    minify: true,
    sourcemap: sourceMaps && 'external',
    metafile: true,
    logLevel: 'warning',
    plugins: [importStatically, leaveOut(ROOT)],
  });
  return Object.entries(metafile.outputs).flatMap(([file, { entryPoint, bytes, inputs }]) => {
    if (entryPoint === undefined) return []; // A source map.
    const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    const stray = used.find(([input]) => FORBIDDEN.some((pattern) => pattern.test(input)));
    if (stray) throw new Error(`${stray[0]} must not be in ${entryPoint}: see who imports it`);
    return [{ name: basename(file, '.js'), path: join(ROOT, file), bytes, packages: bytesByPackage(used) }];
  });
}

function bytesByPackage(inputs: readonly [string, { readonly bytesInOutput: number }][]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [file, { bytesInOutput }] of inputs) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'assay';
    sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
  }
  return new Map([...sums].toSorted(([, left], [, right]) => right - left));
}

if (import.meta.main) {
  const [folder = join(ROOT, 'dist/functions'), ...flags] = process.argv.slice(2);
  for (const { path, bytes } of await buildFunctions(resolve(folder), {
    sourceMaps: flags.includes('--source-maps'),
  })) {
    console.log(`${relative(process.cwd(), path)}  ${Math.round(bytes / 1000)} kB`);
  }
}
