import { execFile } from 'node:child_process';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { aMetric, aRun } from '../builders.ts';
import { type AnalysisCluster, NAMESPACE, startAnalysisCluster } from './analysis-cluster.ts';
import { startAssayServe } from './servers/assay-serve.ts';
import { installWebhook, startAssayWebhook } from './servers/assay-webhook.ts';
import { serversAvailable } from './servers/build.ts';
import { ensurePrograms, programsAvailable } from './servers/debian.ts';
import { startEventSink } from './servers/event-sink.ts';
import { findFreePort } from './servers/free-port.ts';
import { endContainers, inContainer, unpackImage, type UnpackedImage } from './servers/oci-container.ts';
import { startSampleService } from './servers/sample-service.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MOST_BYTES = 200_000_000;
const MACHINES = { amd64: 0x3e, arm64: 0xb7 } as const;
const ENTRYPOINT = ['/usr/local/bin/node', '/assay/dist/assay.js'];
const TOOLS = ['runc', 'skopeo', 'umoci', 'qemu-aarch64-static'] as const;
/** Of this machine: what runs here as it is. */
const HERE = process.arch === 'arm64' ? 'arm64' : 'amd64';
/** Containers are root's to start. */
const mayRun = process.env['ASSAY_E2E'] === 'required' || process.getuid?.() === 0;

const run = promisify(execFile);

describe.skipIf(!(await serversAvailable()) || !programsAvailable(...TOOLS) || !mayRun)('the image', () => {
  let folder: string;
  let layout: string;
  let said: string;
  let images: Readonly<Record<keyof typeof MACHINES, UnpackedImage>>;
  let cluster: AnalysisCluster;

  const build = async (to: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const all = { ...process.env, ...env };
    const { stdout } = await run(process.execPath, [join(ROOT, 'infra/image/build.ts'), to], { cwd: folder, env: all });
    return stdout;
  };

  beforeAll(async () => {
    await ensurePrograms(...TOOLS);
    folder = createScratchFolder('image');
    layout = join(folder, 'layout');
    said = await build(layout);
    const unpack = (architecture: string) => unpackImage(layout, `assay:${packageJson.version}`, architecture, folder);
    images = { amd64: await unpack('amd64'), arm64: await unpack('arm64') };
    cluster = await startAnalysisCluster();
  });

  afterAll(async () => {
    await endContainers(folder);
    await cluster?.stop();
    removeScratchFolder(folder);
  });

  test('the same sources give the same digest, whoever builds them and when', async () => {
    const again = await build(join(folder, 'again'), {
      TZ: 'Asia/Tokyo',
      LANG: 'tr_TR.UTF-8',
      HOME: process.env['HOME'] ?? '',
    });
    const digest = digestIn(said);
    console.log(said.trim());
    expect(digest).toBeDefined();
    expect(digestIn(again)).toBe(digest);
    const { stdout } = await run('skopeo', ['inspect', `oci:${layout}:assay:${packageJson.version}`]);
    expect(JSON.parse(stdout)).toMatchObject({ Digest: digest, Os: 'linux' });
  });

  test('it starts assay serve, as nobody who could change anything', () => {
    const { process: started } = images.amd64.config;
    expect(started).toMatchObject({ args: [...ENTRYPOINT, 'serve'], user: { uid: 65532, gid: 65532 } });
  });

  test.each(['amd64', 'arm64'] as const)(
    '%s: small, without a shell, nothing of it anybody’s but root’s',
    (architecture) => {
      const { root } = images[architecture];
      const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name));
      const entries = paths.map((path) => ({ name: relative(root, path), path, facts: lstatSync(path) }));
      const files = entries.filter(({ facts }) => facts.isFile());
      const bytes = files.reduce((sum, { facts }) => sum + facts.size, 0);
      expect(bytes).toBeGreaterThan(100_000_000);
      expect(bytes).toBeLessThan(MOST_BYTES);

      const named = (odd: typeof entries) => odd.map(({ name }) => name);
      expect(named(entries.filter(({ facts }) => facts.uid !== 0 || facts.gid !== 0))).toEqual([]);
      expect(named(entries.filter(({ facts }) => !facts.isSymbolicLink() && (facts.mode & 0o6022) !== 0))).toEqual([]);
      // What can be run: Node, and what loads it. No shell, nor anything that would start another program.
      const programs = files.filter(
        ({ name, facts }) => (facts.mode & 0o111) !== 0 && !/\/lib[a-z]+\.so\.\d+$/.test(name),
      );
      expect(named(programs).map((name) => name.replace(/^lib\/[^/]+\//, ''))).toEqual([
        architecture === 'amd64' ? 'ld-linux-x86-64.so.2' : 'ld-linux-aarch64.so.1',
        'usr/local/bin/node',
      ]);
      const binaries = files.filter(({ path }) => readStart(path).subarray(0, 4).toString('latin1') === '\u007FELF');
      expect(binaries.length).toBeGreaterThan(6);
      expect(named(binaries.filter(({ path }) => readStart(path).readUInt16LE(18) !== MACHINES[architecture]))).toEqual(
        [],
      );
      // Every link leads somewhere in it.
      const links = entries.filter(({ facts }) => facts.isSymbolicLink());
      expect(links.map(({ name }) => name.split('/').at(-1))).toEqual(expect.arrayContaining(['libstdc++.so.6']));
    },
  );

  test('it says nothing of where it was built', () => {
    const folderOfProgram = join(images.amd64.root, 'assay');
    const names = readdirSync(folderOfProgram, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(mjs|js|map)$/.test(name),
    );
    expect(names.length).toBeGreaterThan(100);
    const telling = names.filter((name) => {
      const text = readFileSync(join(folderOfProgram, name), 'utf8');
      return text.includes(`${ROOT}/`);
    });
    expect(telling).toEqual([]);
  });

  test.skipIf(HERE === 'arm64')('arm64 runs, on a processor that is imitated', async () => {
    const { root } = images.arm64;
    const words = ['-L', root, join(root, 'usr/local/bin/node'), join(root, 'assay/dist/assay.js'), '--version'];
    expect((await run('qemu-aarch64-static', words)).stdout).toBe(`${packageJson.version}\n`);
  });

  test('it cannot write, has no capabilities, and can get none', async () => {
    const tell = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const status = readFileSync('/proc/self/status', 'utf8');
      const write = (path) => { try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; } };
      console.log(JSON.stringify({
        user: [process.getuid(), process.getgid()],
        capabilities: [...new Set(status.match(/(?<=^Cap\\w+:\\s+)\\w+/gm))],
        noNewPrivileges: /^NoNewPrivs:\\s+1$/m.test(status),
        writes: ['/x', '/assay/dist/assay.js', '/tmp/x'].map(write),
      }));`;
    const [command, ...args] = inContainer(images[HERE], folder)(['/usr/local/bin/node', '-e', tell], {}, []);
    const { stdout } = await run(command, args);
    expect(JSON.parse(stdout)).toEqual({
      user: [65532, 65532],
      capabilities: ['0000000000000000'],
      noNewPrivileges: true,
      writes: ['EROFS', 'EROFS', 'ENOENT'],
    });
  });

  test('assay serve gets ready in it, and judges', async () => {
    const service = await startSampleService();
    service.page('/count', { body: { count: 1 } });
    const start = inContainer(images[HERE], folder, ENTRYPOINT);
    const serve = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath, start });
    const provider = { web: { url: `${service.url}/count`, jsonPath: '{$.count}' } };
    await cluster.createRun('good', { metrics: [aMetric({ successCondition: 'result == 1', provider })] });
    await cluster.createRun('bad', { metrics: [aMetric({ successCondition: 'result == 2', provider })] });
    expect((await cluster.ended('good')).status).toMatchObject({ phase: 'Successful' });
    expect((await cluster.ended('bad')).status).toMatchObject({ phase: 'Failed' });
    expect((await serve.page('/metrics')).body).toContain('assay_');
    expect(await serve.stop()).toMatchObject({ code: 0 });
    await service.stop();
  });

  test('the webhook answers reviews of the API server in it, over TLS', async () => {
    const { plane } = cluster;
    const sink = await startEventSink();
    const port = await findFreePort();
    await installWebhook(plane, port);
    const env = { ...sink.env, ASSAY_DENY_INVALID: 'true' };
    const webhook = await startAssayWebhook({ plane, port, env, start: inContainer(images[HERE], folder) });
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/analysisruns`;
    const wrong = aRun({ spec: { metrics: [aMetric({ successCondition: 'result >' })] } });
    const body = { ...wrong, metadata: { name: 'wrong', namespace: NAMESPACE } };
    const denied = await waitFor('a denial', async () => {
      const answer = await plane.api.send<{ message: string }>(`${path}?dryRun=All`, { method: 'POST', body });
      return answer.status >= 400 && answer;
    });
    expect(denied).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('denied the request: spec.metrics[0].successCondition') },
    });
    await cluster.createRun('told', { metrics: [aMetric()] });
    await waitFor('an event', () => sink.events.some((event) => event['detail-type'] === 'AnalysisRun Created'));
    expect(await webhook.stop()).toMatchObject({ code: 0 });
    await sink.stop();
  });
});

function digestIn(text: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/m.exec(text)?.[1];
}

/** The first bytes of a file. */
function readStart(path: string): Buffer {
  const start = Buffer.alloc(20);
  const file = openSync(path, 'r');
  readSync(file, start);
  closeSync(file);
  return start;
}
