import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadBundledPlugin } from '../../lib/plugins/bundled-plugins.ts';
import { pluginImporter } from '../../lib/plugins/import-plugin.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-plugins-'));
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('mine.mjs', "export default { of: 'mine' };");
  write('broken.mjs', "throw new Error('out of order');");
  write('node_modules/@acme/queue/package.json', '{"name":"@acme/queue","type":"module","exports":"./main.js"}');
  write('node_modules/@acme/queue/main.js', "export default { of: 'theirs' };");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  { name: 'a path, as seen from the folder', module: () => './mine.mjs', want: 'mine' },
  { name: 'a whole path', module: () => join(folder, 'mine.mjs'), want: 'mine' },
  { name: 'a package, as found from the folder', module: () => '@acme/queue', want: 'theirs' },
])('$name is loaded, and is the same the second time', async ({ module, want }) => {
  const load = pluginImporter(folder);
  const loaded = await load(module());
  expect(loaded).toMatchObject({ default: { of: want } });
  expect(await load(module())).toBe(loaded);
});

test.each([
  { module: './none.mjs', says: 'the module ./none.mjs cannot be loaded: ' },
  { module: '@acme/none', says: 'the module @acme/none cannot be loaded: ' },
  { module: './broken.mjs', says: 'the module ./broken.mjs cannot be loaded: out of order' },
])('$module is an error that says why', async ({ module, says }) => {
  await expect(pluginImporter(folder)(module)).rejects.toThrow(
    expect.objectContaining({ code: 'ASSAY_PLUGIN_INVALID', message: expect.stringContaining(says) }),
  );
});

test.each(['@acme/queue', './mine.mjs', 'constructor', 'node:fs'])(
  '%s is loaded on AWS only where it was bundled',
  async (module) => {
    await expect(loadBundledPlugin(module)).rejects.toThrow(
      expect.objectContaining({
        code: 'ASSAY_PLUGIN_INVALID',
        message: expect.stringContaining(
          `the module ${module} is not bundled: list it in plugins.json, and deploy anew`,
        ),
      }),
    );
  },
);
