import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * Imports statically what lib/ imports otherwise:
 *
 * - `import('./sqs-sdk.ts')` and others that each message needs: right for a process that starts fast and may never need
 *   them. Lambda gives a function a whole processor while it loads, and a part of one for its first message.
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

const NEEDED = /\bimport\(('\.\/(?:sqs|ssm|secrets-manager)-sdk\.ts')\)/g;

function withStaticImports(source: string): string {
  const files: string[] = [];
  const body = source
    .replaceAll(NEEDED, (_, file: string) => `Promise.resolve(sdk${files.push(file)})`)
    .replace("import { z } from 'zod';", "import * as z from 'zod';");
  const imports = files.map((file, index) => `import * as sdk${index + 1} from ${file};`);
  return imports.join(' ') + body;
}
