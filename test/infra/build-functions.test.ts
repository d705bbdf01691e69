import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltFunction, buildFunctions } from '../../infra/build-functions.ts';

let folder: string;
let onMessage: BuiltFunction;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-functions-'));
  [onMessage] = (await buildFunctions(folder)) as [BuiltFunction];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a process prints that runs `script` with the function's folder as argument. */
const run = (script: string): unknown =>
  JSON.parse(execFileSync(process.execPath, ['--eval', script, dirname(onMessage.path)], { encoding: 'utf8' }));

describe('on-message', () => {
  test('loads at a cold start what the measurements of a run need, and nothing else', () => {
    const packages = [...onMessage.packages.keys()];
    expect(packages).toEqual(expect.arrayContaining(['axios', 'undici', 'zod', '@aws-sdk/client-sqs']));
    expect(packages.filter((name) => /^(re2js|yaml|croner|@aws-sdk\/client-(sts|eventbridge))$/.test(name))).toEqual(
      [],
    );
  });

  test('has the rest in chunks of their own', () => {
    expect(onMessage.lazy.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'lib/expression/go/re2.ts',
        'lib/kinds/experiment.ts',
        'lib/schedules/resync-schedules.ts',
        'lib/clusters/access/parse-yaml.ts',
        'lib/connections/elb-sdk.ts',
        'lib/connections/sts-sdk.ts',
        'lib/sinks/eventbridge-sdk.ts',
      ]),
    );
  });

  test('has a handler, for which none of the chunks has been loaded', () => {
    const script = `
      const { handler } = require(process.argv[1]);
      const loaded = Object.keys(require.cache).map((path) => require('node:path').basename(path));
      console.log(JSON.stringify({ handler: typeof handler, loaded }));
    `;
    const { handler, loaded } = run(script) as { readonly handler: string; readonly loaded: readonly string[] };
    expect(handler).toBe('function');
    expect(loaded).toContain('index.js');
    expect(loaded).not.toContain('re2.js');
    expect(loaded.filter((name) => /^(experiment|resync-schedules|parse-yaml)/.test(name))).toEqual([]);
  });

  test('has everything that is required inside its folder', () => {
    const inside = dirname(onMessage.path);
    const files = readdirSync(inside);
    const required = files.flatMap((name) =>
      [...readFileSync(join(inside, name), 'utf8').matchAll(/\("\.\/([\w-]+\.js)"\)/g)].map(([, file = '']) => file),
    );
    expect(files).toEqual(expect.arrayContaining(required));
    expect(required).toContain('re2.js');
  });
});

test('modules of plugins.json are in chunks of their own, which are loaded when they are first used', async () => {
  const [bundles, modules] = [join(folder, 'bundles'), join(folder, 'modules')];
  mkdirSync(modules);
  writeFileSync(join(modules, 'plugins.json'), '["./queue.ts"]');
  writeFileSync(
    join(modules, 'queue.ts'),
    'export default { read: async (): Promise<object> => ({ is: "pending" }) };',
  );
  const [built] = await buildFunctions(bundles, modules);
  const chunk = built?.lazy.find(({ name }) => name.endsWith('modules/queue.ts'));
  const script = `
    const queue = require(process.argv[1]);
    queue.default.read().then((reading) => console.log(JSON.stringify(reading)));
  `;
  const printed = execFileSync(process.execPath, ['--eval', script, chunk?.path ?? ''], { encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual({ is: 'pending' });
  expect(readFileSync(built?.path ?? '', 'utf8')).toContain('"./queue.ts"');
});

test('a plugins.json that is no list stops the build', async () => {
  const modules = join(folder, 'no-list');
  mkdirSync(modules);
  writeFileSync(join(modules, 'plugins.json'), '{"queue": "./queue.ts"}');
  await expect(buildFunctions(join(folder, 'unbuilt'), modules)).rejects.toThrow('expected a list of modules');
});
