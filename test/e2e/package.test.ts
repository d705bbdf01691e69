import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import packageJson from '../../package.json' with { type: 'json' };
import { aMetric } from '../builders.ts';
import { assay } from '../cli/assay.ts';
import { type AnalysisCluster, borrowAnalysisCluster } from './analysis-cluster.ts';
import { startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { ensureNodes, type NodeFolders } from './servers/nodes.ts';
import { type SampleService, startSampleService } from './servers/sample-service.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 5_000_000;
/** All that may be in the package. */
const WANTED = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^dist\/assay\.js(\.map)?$/,
  /^dist\/chunks\/[\w.-]+\.js(\.map)?$/,
  /^dist\/(plugin\.d\.ts|third-party-licenses\.txt)$/,
];

const run = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** With that Node before all others, and nothing of this checkout's. */
const envOf = (node: string): Record<string, string> => {
  const others = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...(process.env as Record<string, string>), PATH: [node, ...others].join(delimiter) };
};

describe.skipIf(!(await serversAvailable()))('the package that npm installs', () => {
  let folder: string;
  let nodes: NodeFolders;
  let packed: Packed;
  let service: SampleService;
  let cluster: AnalysisCluster;

  beforeAll(async () => {
    folder = createScratchFolder('package');
    nodes = await ensureNodes();
    // Builds it too: `prepare` is npm's.
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT });
    const described = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as readonly Packed[] | Record<string, Packed>;
    packed = Object.values(described)[0] as Packed;
    service = await startSampleService();
    service.page('/health', { body: { checks: { orders: { status: 'healthy' } }, count: 1 } });
    cluster = await borrowAnalysisCluster();
  });

  afterAll(async () => {
    await service?.stop();
    await cluster?.stop();
    removeScratchFolder(folder);
  });

  test('it is small, and nothing is in it but what runs', () => {
    console.log(`package: ${packed.size} bytes packed, ${packed.files.length} files`);
    expect(packed.size).toBeLessThan(MOST_BYTES);
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !WANTED.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/assay.js', 'dist/plugin.d.ts']));
  });

  test.each(['oldest', 'newest'] as const)('it installs alone, offline, and runs on the %s Node', async (which) => {
    const home = createScratchFolder(`package-${which}`);
    const env = envOf(nodes[which]);
    const cache = join(home, 'npm-cache');
    const offline = ['--offline', '--no-audit', '--no-fund', '--cache', cache];
    await run('npm', ['install', ...offline, join(folder, packed.filename)], { cwd: home, env });
    const installed = join(home, 'node_modules');
    expect(readdirSync(installed).toSorted()).toEqual(['.bin', '.package-lock.json', 'assay']);
    const program = join(installed, '.bin/assay');
    const tell = (args: readonly string[], more: { input?: string; env?: Record<string, string> } = {}) =>
      assay(args, { cwd: home, program, ...more, env: { ...env, ...more.env } });

    expect(await tell(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
    const doctor = await tell(['doctor', '--kubeconfig', join(home, 'none')]);
    expect(doctor.out).toMatch(/^ok +Node +(20\.20\.2|26\.12\.1), which is 20 or newer$/m);

    const template = join(ROOT, 'examples/health-page.yaml');
    expect(await tell(['lint', template])).toMatchObject({ code: 0 });
    const wrong = await tell(['lint', '-'], { input: 'kind: AnalysisRun\n' });
    expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining('apiVersion: required, but missing') });

    const quick = join(home, 'quick.yaml');
    writeFileSync(quick, readFileSync(template, 'utf8').replace('interval: 4s', 'interval: 10ms'));
    const judged = await tell(['run', quick, '--arg', `url=${service.url}`]);
    expect(judged).toMatchObject({ code: 0, out: expect.stringMatching(/^health-page +✔ Successful$/m) });
    const evaluated = await tell(['eval', 'all(result, # > 0.9)', '--result', '[1, 0.95]']);
    expect(evaluated).toMatchObject({ code: 0, out: 'true\n' });

    expect((await tell(['manifests', '--cluster', 'shop'])).out).toContain('kind: CustomResourceDefinition');
    expect((await tell(['completion', 'bash'])).out).toContain('complete -o default -F _assay assay');
    expect((await tell(['serve', '--help'])).out).toContain('Usage: assay serve');
    // Stacks lead to the sources, from where the package is.
    const { err } = await tell(['lint', 'none.yaml'], { env: { ASSAY_DEBUG: '1' } });
    expect(err).toMatch(/node_modules\/assay\/lib\/cli\/[\w-]+\.ts:\d+:\d+/);

    expect(await editorSession(program, env)).toEqual({ name: 'assay', version: packageJson.version, exitCode: 0 });

    const { kubeconfigPath } = cluster;
    const served = await startAssayServe({
      kubeconfigPath,
      start: (words) => [program, ...words],
      env,
      args: [`--selector=on=${which}`],
    });
    const provider = { web: { url: `${service.url}/health`, jsonPath: '{$.count}' } };
    const metrics = [aMetric({ name: 'count', successCondition: 'result == 1', provider })];
    await cluster.createRun(which, { metrics }, { labels: { on: which } });
    expect((await cluster.ended(which)).status).toMatchObject({ phase: 'Successful' });
    expect(await served.stop()).toMatchObject({ code: 0 });
    removeScratchFolder(home);
  });

  test('what is installed says nothing of the machine that built it, asks for no other package, and runs no script', async () => {
    const home = createScratchFolder('package-read');
    await run('tar', ['xzf', join(folder, packed.filename)], { cwd: home });
    const manifest = JSON.parse(readFileSync(join(home, 'package/package.json'), 'utf8')) as Record<string, unknown>;
    for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies', 'private'])
      expect(manifest).not.toHaveProperty(field);
    const scripts = Object.keys(manifest['scripts'] as object);
    expect(scripts.filter((name) => /^(pre|post)?install$|^postprepare$/.test(name))).toEqual([]);
    const machine = [ROOT, homedir(), process.cwd()].filter((path) => path.length > 1);
    const telling = packed.files.filter(({ path }) => {
      const text = readFileSync(join(home, 'package', path), 'utf8');
      return machine.some((place) => text.includes(`${place}/`));
    });
    expect(telling).toEqual([]);
    for (const { path } of packed.files.filter(({ path: each }) => each.endsWith('.map'))) {
      const { sources } = JSON.parse(readFileSync(join(home, 'package', path), 'utf8')) as { sources: string[] };
      expect(sources.filter((source) => !/^(\.\.\/)+(lib|node_modules|package\.json)/.test(source))).toEqual([]);
      // Chunks are in dist/chunks: two up is the top of the package, and beyond it there is nothing.
      expect(sources.filter((source) => source.startsWith('../../../'))).toEqual([]);
    }
    removeScratchFolder(home);
  });

  test('npm installs it for all, and it runs from anywhere', async () => {
    const home = createScratchFolder('package-global');
    const env = envOf(nodes.newest);
    const flags = ['--global', '--offline', '--no-audit', '--no-fund', '--cache', join(home, 'npm-cache')];
    await run('npm', ['install', ...flags, '--prefix', home, join(folder, packed.filename)], { env });
    const program = join(home, 'bin/assay');
    expect(await assay(['eval', '1 < 2'], { program, cwd: '/', env })).toMatchObject({ code: 0 });
    removeScratchFolder(home);
  });

  test('a plugin is written against its types, with no other package', async () => {
    const home = createScratchFolder('package-types');
    const flags = ['--offline', '--no-audit', '--no-fund', '--cache', join(home, 'npm-cache')];
    await run('npm', ['install', ...flags, join(folder, packed.filename)], { cwd: home });
    const example = readFileSync(join(ROOT, 'examples/plugin/queue-depth.ts'), 'utf8');
    const source = example.replace('../../lib/model/plugin.ts', 'assay/plugin').replace('Buffer.from', 'String');
    expect(source).toContain("import type { Plugin } from 'assay/plugin'");
    writeFileSync(join(home, 'plugin.ts'), source.replace(".toString('base64')", ''));
    writeFileSync(join(home, 'wrong.ts'), source.replace("type: 'float64'", "type: 'float65'"));
    const compile = (file: string) => {
      const flagsOfTsc = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--lib', 'es2024,dom'];
      return run(join(ROOT, 'node_modules/.bin/tsc'), [...flagsOfTsc, '--types', '', file], { cwd: home });
    };
    await compile('plugin.ts');
    await expect(compile('wrong.ts')).rejects.toMatchObject({ stdout: expect.stringContaining('float65') });
    removeScratchFolder(home);
  });
});

/** What the server says of itself to an editor that comes and goes. */
async function editorSession(program: string, env: Record<string, string>): Promise<object> {
  expect(existsSync(dirname(program))).toBe(true);
  const server = spawn(program, ['lsp', '--stdio'], { env });
  const client = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  client.listen();
  const ended = once(server, 'exit');
  const params = { processId: process.pid, rootUri: null, capabilities: {} };
  const { serverInfo } = await client.sendRequest<{ serverInfo: object }>('initialize', params);
  await client.sendRequest('shutdown');
  await client.sendNotification('exit');
  const [exitCode] = (await ended) as [number];
  client.dispose();
  return { ...serverInfo, exitCode };
}
