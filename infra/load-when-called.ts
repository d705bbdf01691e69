import { basename, join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Files whose one function is called without waiting, and seldom: they are a chunk of their own, which is read with the
 * first call. For whatever may wait, `import()` in the source does the same.
 */
const WHEN_CALLED: Readonly<Record<string, string>> = { 'lib/expression/go/re2.ts': 'compileRe2' };

/** Entry points to be bundled beside each function: those files, by the names of their chunks. */
export const WHEN_CALLED_CHUNKS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(WHEN_CALLED).map((file) => [basename(file, '.ts'), file]),
);

/** Puts a call in the place of those files. What comes of it must become CommonJS, whose `require` does not wait. */
export function loadWhenCalled(root: string): Plugin {
  const functions = new Map(Object.entries(WHEN_CALLED).map(([file, name]) => [join(root, file), name]));
  return {
    name: 'load-when-called',
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
        const file = join(resolveDir, path);
        return functions.has(file) && kind === 'import-statement'
          ? { path: file, namespace: 'when-called', sideEffects: false }
          : undefined;
      });
      bundle.onResolve({ filter: /^\.\//, namespace: 'when-called' }, ({ path }) => ({ path, external: true }));
      bundle.onLoad({ filter: /./, namespace: 'when-called' }, ({ path }) => {
        const name = functions.get(path) ?? '';
        const chunk = `./${basename(path, '.ts')}.js`;
        return { contents: `export const ${name} = (...given) => require('${chunk}').${name}(...given);` };
      });
    },
  };
}
