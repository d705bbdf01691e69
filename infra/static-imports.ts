import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * Imports statically what lib/ imports in ways that esbuild cannot thin out: 0.5 MB of 2.8.
 *
 * - `import('./x-sdk.ts')`: right for a process that starts fast and may never need it. Lambda gives a function a whole
 *   processor while it loads, and a part of one for its first message; and what is loaded lazily comes whole, with a
 *   wrapper around each module that it shares with others.
 * - `import { z } from 'zod'`: `z` is a namespace as a value, with messages in fifty languages and all of JSON Schema.
 */
export const importStatically: Plugin = {
  name: 'import-statically',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]lib[\\/].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const contents = withStaticImports(source);
      return contents === source ? undefined : { contents, loader: 'ts' };
    });
  },
};

const LAZY = /\bimport\(('(?:\.\/[\w-]+-sdk\.ts|@(?:smithy|aws-crypto)\/[\w-]+)')\)/g;

function withStaticImports(source: string): string {
  const files: string[] = [];
  const body = source
    .replaceAll(LAZY, (_, file: string) => `Promise.resolve(sdk${files.push(file)})`)
    .replace("import { z } from 'zod';", "import * as z from 'zod';");
  const imports = files.map((file, index) => `import * as sdk${index + 1} from ${file};`);
  return imports.join(' ') + body;
}
