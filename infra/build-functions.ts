import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build, type Metafile, transform } from 'esbuild';
import { bundlePlugins } from './bundle-plugins.ts';
import { leaveOut } from './left-out.ts';
import { loadWhenCalled, WHEN_CALLED_CHUNKS } from './load-when-called.ts';
import { importStatically } from './static-imports.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** The functions that AWS runs, by the name of their entry in functions/. */
const FUNCTIONS = ['on-message', 'on-schedule'] as const;

/** What Lambda loads for a function: an entry with all that each cold start needs, and chunks that it may come to. */
export interface BuiltFunction {
  readonly name: string;
  /** Of the entry, and of the chunks that are loaded with it. */
  readonly path: string;
  readonly bytes: number;
  /** Bytes of these by package; what is the project's own counts as `assay`. The largest first. */
  readonly packages: ReadonlyMap<string, number>;
  /** What is loaded when it is first used, each with the chunks that come with it. */
  readonly lazy: readonly LazyChunk[];
  /** All that goes up. */
  readonly packageBytes: number;
}

export interface LazyChunk {
  /** Of the file that is imported, or of the package. */
  readonly name: string;
  readonly path: string;
  /** Beside what a cold start has loaded. */
  readonly bytes: number;
}

/** What must not be in a function: it would be too slow to load, or could reach what a function has no business with. */
const FORBIDDEN = [
  /^node_modules\/@kubernetes\//,
  /^node_modules\/(prom-client|commander)\//,
  /^lib\/cli\//,
  /^test\//,
];

/**
 * Bundles each function into a folder of its own in `folder`: `index.js` is what Lambda loads; what sources import
 * dynamically (but for `static-imports.ts`) is in chunks beside it, each read when it is first used.
 *
 * They are minified, and CommonJS, which loads a tenth faster than ES modules. esbuild cuts only ES modules into chunks, so
 * each is turned into CommonJS by itself. There is no compile cache: /tmp is empty when Lambda makes an environment, and
 * a cache built here fits no other processor.
 *
 * @param folder        of the functions' folders, which are made anew; default of the script: dist/functions
 * @param pluginFolder  of plugins.json (`bundle-plugins.ts`)
 * @throws              what esbuild says; for what must not be inside, the file that has it
 */
export async function buildFunctions(folder: string, pluginFolder = ROOT): Promise<BuiltFunction[]> {
  const built: BuiltFunction[] = [];
  for (const name of FUNCTIONS) built.push(await buildFunction(name, join(folder, name), pluginFolder));
  return built;
}

async function buildFunction(name: string, folder: string, pluginFolder: string): Promise<BuiltFunction> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: { index: `functions/${name}.ts`, ...WHEN_CALLED_CHUNKS },
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // What packages have as ES modules can be left out where it is not used: a tenth of the size.
    mainFields: ['module', 'main'],
    legalComments: 'none',
    minify: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [importStatically, loadWhenCalled(ROOT), leaveOut(ROOT), bundlePlugins(pluginFolder)],
  });
  const chunks = readChunks(metafile, folder);
  const entry = join(folder, 'index.js');
  const packed = loadedWith(entry, chunks, () => true);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  for (const { path, text } of outputFiles) if (packed.has(path)) writeFileSync(path, await toCommonJs(text));

  const inputs = [...packed].flatMap((path) => chunks.get(path)?.inputs ?? []);
  const stray = inputs.find(([input]) => FORBIDDEN.some((pattern) => pattern.test(input)));
  if (stray) throw new Error(`${stray[0]} must not be in ${name}: see who imports it`);

  const cold = loadedWith(entry, chunks, isStatic);
  const lazy = [...packed].flatMap((path): LazyChunk[] => {
    const of = chunks.get(path)?.entryPoint;
    if (of === undefined || path === entry) return [];
    return [
      { name: of, path, bytes: sizeOf([...loadedWith(path, chunks, isStatic)].filter((each) => !cold.has(each))) },
    ];
  });
  return {
    name,
    path: entry,
    bytes: sizeOf(cold),
    packages: bytesByPackage([...cold].flatMap((path) => chunks.get(path)?.inputs ?? [])),
    lazy: lazy.toSorted((left, right) => right.bytes - left.bytes),
    packageBytes: sizeOf(packed),
  };
}

function sizeOf(paths: Iterable<string>): number {
  return [...paths].reduce((sum, path) => sum + statSync(path).size, 0);
}

/** One file of a bundle. */
interface Chunk {
  /** The source, or the file of a package, that it is loaded for. */
  readonly entryPoint: string | undefined;
  readonly inputs: readonly [string, { readonly bytesInOutput: number }][];
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

function readChunks({ outputs }: Metafile, folder: string): ReadonlyMap<string, Chunk> {
  return new Map(
    Object.entries(outputs).map(([file, { entryPoint, inputs, imports }]) => {
      const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
      const chunk = imports.filter(({ path, external }) => !external || path.startsWith('./'));
      // What is loaded when it is called counts as external, and is named from the folder.
      const paths = chunk.map(({ path, kind, external }) => ({
        kind,
        path: external ? join(folder, path) : join(ROOT, path),
      }));
      return [join(ROOT, file), { entryPoint, inputs: used, imports: paths }];
    }),
  );
}

function isStatic(kind: string): boolean {
  return kind === 'import-statement';
}

/** A chunk, and those that it loads by imports of these kinds. */
function loadedWith(path: string, chunks: ReadonlyMap<string, Chunk>, follows: (kind: string) => boolean): Set<string> {
  const met = new Set<string>();
  const visit = (each: string): void => {
    if (met.has(each)) return;
    met.add(each);
    for (const { path: next, kind } of chunks.get(each)?.imports ?? []) if (follows(kind)) visit(next);
  };
  visit(path);
  return met;
}

async function toCommonJs(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    // `require`, where ES modules have `import()`: no second loader for the few files that there are.
    supported: { 'dynamic-import': false },
  });
  return code;
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
  const [folder = join(ROOT, 'dist/functions')] = process.argv.slice(2);
  for (const { path, bytes, packageBytes } of await buildFunctions(resolve(folder))) {
    const [loaded, all] = [bytes, packageBytes].map((each) => Math.round(each / 1000));
    console.log(`${relative(process.cwd(), path)}  ${loaded} kB at the start, of ${all} kB`);
  }
}
