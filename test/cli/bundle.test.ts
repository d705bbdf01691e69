import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assay, type Invocation } from './assay.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-bundle-'));
  execFileSync(process.execPath, ['infra/build.ts', folder]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The bundle as npx runs it: the file itself, in another folder. */
const bundle = (args: readonly string[], invocation: Omit<Invocation, 'program' | 'cwd'> = {}) =>
  assay(args, { ...invocation, program: join(folder, 'assay.js'), cwd: folder });

const JOB = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisRun
metadata: {name: job}
spec:
  metrics:
    - name: script
      provider:
        job:
          spec:
            template:
              spec:
                restartPolicy: Never
                containers:
                  - name: main
                    image: busybox
                    command: [sh, -c, 'trap "" TERM; echo begun; while :; do sleep 0.1; done']
`;

/** The size in bytes of the bundle's files that a process loaded, by the coverage report that it left in `report`. */
function bytesLoaded(report: string): number {
  const [file = ''] = readdirSync(report);
  const { result } = JSON.parse(readFileSync(join(report, file), 'utf8')) as { result: readonly { url: string }[] };
  return result
    .filter(({ url }) => url.startsWith('file:'))
    .reduce((bytes, { url }) => bytes + statSync(fileURLToPath(url)).size, 0);
}

// Each is a process of its own; the demo's takes seconds.
test.concurrent('a small command loads little', async ({ onTestFinished }) => {
  const report = mkdtempSync(join(tmpdir(), 'assay-loaded-'));
  onTestFinished(() => rmSync(report, { recursive: true }));
  const env = { NODE_V8_COVERAGE: report };
  const { code, out } = await bundle(['eval', 'result[0] > 0.9', '--result', '-'], { input: '[1]', env });
  expect({ code, out }).toEqual({ code: 0, out: 'true\n' });
  // Of 7 MB in all: its own half a megabyte is the language of conditions.
  expect(bytesLoaded(report)).toBeGreaterThan(100_000);
  expect(bytesLoaded(report)).toBeLessThan(700_000);
});

test.concurrent('what serves an editor is loaded to serve it, and for nothing else', async ({ onTestFinished }) => {
  const report = mkdtempSync(join(tmpdir(), 'assay-loaded-'));
  onTestFinished(() => rmSync(report, { recursive: true }));
  const { code } = await bundle(['lsp', '--help'], { env: { NODE_V8_COVERAGE: report } });
  expect(code).toBe(0);
  expect(bytesLoaded(report)).toBeGreaterThan(10_000);
  expect(bytesLoaded(report)).toBeLessThan(150_000);
});

test.concurrent('a file from standard input, and an exit code', async () => {
  const { code, out } = await bundle(['lint', '-'], { input: 'kind: AnalysisRun\n' });
  expect(code).toBe(1);
  expect(out).toContain('standard input:1:1: error: apiVersion: required, but missing');
});

test.concurrent('errors are told in two lines, without a stack', async () => {
  expect(await bundle(['run', 'nope.yaml'])).toEqual({
    code: 64,
    out: '',
    err: 'assay: nope.yaml: no such file or folder\n',
  });
});

test.concurrent('the first Ctrl-C terminates the run, the second one everything', async () => {
  let interrupts = 0;
  const { code, out } = await bundle(['run', '-', '--local-jobs'], {
    input: JOB,
    onOutput(text, kill) {
      if (interrupts === 0 && text.includes('| begun')) kill('SIGINT');
      if (interrupts === 1 && text.includes('once more')) kill('SIGINT');
      interrupts = text.includes('once more') ? 2 : Number(text.includes('| begun'));
    },
  });
  expect(code).toBe(130);
  expect(out).toContain('terminating the analysis; once more to end at once');
});

test.concurrent('the demo finds its templates in itself', async () => {
  let isStopped = false;
  const { code } = await bundle(['demo'], {
    onOutput(text, kill) {
      if (!isStopped && text.includes('health-page: started')) kill('SIGTERM');
      isStopped ||= text.includes('health-page: started');
    },
  });
  // It was ended before its time: not all four came to what they should.
  expect(code).toBe(1);
});

test('nothing but the bundle is in the folder', () => {
  const beside = ['plugin.d.ts', 'third-party-licenses.txt'];
  expect(readdirSync(folder).toSorted()).toEqual(['assay.js', 'assay.js.map', 'chunks', ...beside]);
});

test('whoever reads the output may stop', () => {
  const command = `"${join(folder, 'assay.js')}" --help | head -1`;
  expect(execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })).toBe(
    'Usage: assay [options] [command]\n',
  );
});
