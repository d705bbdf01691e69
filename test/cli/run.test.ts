import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as runFile from '../../lib/cli/run.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aConsole, type FakeConsoleOptions } from './console.ts';

let server: Server;
let url: string;
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`);
    response.end(JSON.stringify({ ok: request.url === '/good' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const PAGE = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: page
spec:
  args:
    - name: page
  metrics:
    - name: ok
      successCondition: result.ok
      provider:
        web:
          url: '{{args.page}}'
`;
const job = (script: string, more = '') => `apiVersion: argoproj.io/v1alpha1
kind: AnalysisRun
metadata:
  name: job
spec:
  metrics:
    - name: script
      ${more}
      provider:
        job:
          spec:
            backoffLimit: 0
            template:
              spec:
                restartPolicy: Never
                terminationGracePeriodSeconds: 1
                containers:
                  - name: main
                    image: busybox
                    command: [sh, -c, ${JSON.stringify(script)}]
`;

async function run(args: readonly string[], options: FakeConsoleOptions) {
  const console = aConsole({ env: { PATH: process.env['PATH'] }, ...options });
  const code = await runProgram(['run', '-', ...args], { run: async () => runFile }, console);
  return { code, ...console.written };
}

test('a log and a table on standard output; Successful: exit 0', async () => {
  const { code, out, err } = await run(['--arg', `page=${url}/good`], { input: PAGE });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out.replaceAll(/^\d\d:\d\d:\d\d /gm, '')).toBe(`page: started
page/ok: measured {"ok":true} Successful
page/ok: SUCCESSFUL
page: SUCCESSFUL

page  ✔ Successful
METRIC   PHASE          MEASURED   FAILED   INCONCLUSIVE   ERRORS   NEXT   VALUE
ok       ✔ Successful   1/1        0 (≤0)   0 (≤0)         0 (≤4)          {"ok":true}
`);
});

test('Failed: exit 1; the finished run alone on standard output', async () => {
  const { code, out, err } = await run(['--arg', `page=${url}/bad`, '-o', 'json'], { input: PAGE });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    kind: 'AnalysisRun',
    metadata: { name: 'page', namespace: 'default' },
    status: { phase: 'Failed', metricResults: [{ name: 'ok', measurements: [{ value: '{"ok":false}' }] }] },
  });
  expect(err).toContain('page/ok: FAILED');
});

test('Inconclusive: exit 2', async () => {
  const input = PAGE.replace('result.ok', 'result.nope == 1\n      failureCondition: result.ok');
  const { code, out } = await run(['--arg', `page=${url}/bad`, '-o', 'junit'], { input });
  expect(code).toBe(2);
  expect(out).toContain('<error type="Inconclusive"');
});

describe('what lint calls an error', () => {
  const input = PAGE.replace('name: ok', 'name: ok\n      count: 3');

  test('is refused before anything is asked', async () => {
    const { code, out, err } = await run(['--arg', 'page=x', '-o', 'yaml'], { input });
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(err).toMatch(
      /^assay: standard input:\d+:\d+: spec\.metrics\[0\].*: interval must be specified when count > 1/,
    );
    expect(err).toContain('--unchecked runs it all the same.');
  });

  test('runs with --unchecked, and ends with Error: exit 2', async () => {
    const { code, out } = await run(['--arg', 'page=x', '-o', 'yaml', '--unchecked'], { input });
    expect(code).toBe(2);
    expect(out).toContain('interval must be specified when count > 1');
  });

  test('is refused, too, where an argument makes it one', async () => {
    const late = PAGE.replace('name: ok', "name: ok\n      initialDelay: '{{args.page}}'");
    const { code, err } = await run(['--arg', 'page=soon'], { input: late });
    expect(code).toBe(64);
    expect(err).toContain('invalid startDelay string');
  });
});

const endless = () => PAGE.replace('name: ok', 'name: ok\n      interval: 1s');

// They wait together.
describe.concurrent('metrics that would go on until they are stopped', () => {
  test('--for stops them: what was measured counts', async () => {
    const { code, out } = await run(['--arg', `page=${url}/good`, '--for', '1500ms', '-o', 'junit'], {
      input: endless(),
    });
    expect(code).toBe(0);
    expect(out).toContain('tests="1" failures="0" errors="0" skipped="0"');
  });

  test('--for before anything was measured is no success', async () => {
    const input = PAGE.replace('name: ok', 'name: ok\n      initialDelay: 1h');
    const { code, out } = await run(['--arg', `page=${url}/good`, '--for', '1s', '-o', 'junit'], { input });
    expect(code).toBe(2);
    expect(out).toContain('<skipped message="Pending: never measured"/>');
  });

  test('--count gives them a count', async () => {
    const { code, out } = await run(['--arg', `page=${url}/good`, '--count', '2', '-o', 'json'], { input: endless() });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: { metricResults: [{ count: 2 }] } });
  });
});

test('--address sends requests elsewhere: a port-forward', async () => {
  const args = ['--arg', 'page=http://shop.internal:8080/good', '--address', `shop.internal:8080=${new URL(url).host}`];
  expect((await run(args, { input: PAGE })).code).toBe(0);
});

test.each([
  { args: ['--arg', 'page=a', '--arg', 'page=b'], says: '--arg: "page" is given twice' },
  { args: ['--for', 'soon'], says: '--for: expected a duration' },
  { args: ['--for', '0s'], says: '--for: expected a duration' },
  { args: ['--count', '0'], says: '--count: expected a whole number' },
  { args: ['--address', 'a'], says: '--address: expected old=new' },
])('$args is an error of the command line', async ({ args, says }) => {
  const { code, err } = await run(args, { input: PAGE });
  expect({ code, err }).toEqual({ code: 64, err: expect.stringContaining(says) });
});

const SECRET = 'kind: Secret\napiVersion: v1\nmetadata:\n  name: s\nstringData:\n  token: hunter2\n';
const WITH_TOKEN = `${PAGE.replace(
  'name: page\n  metrics',
  'name: page\n    - name: token\n      valueFrom:\n        secretKeyRef: {name: s, key: token}\n  metrics',
)}          headers:
            - {key: Authorization, value: 'Bearer {{args.token}}'}
`;

test.each([
  { name: 'a Secret among the files', args: [], input: `${WITH_TOKEN}---\n${SECRET}` },
  { name: 'the command line', args: ['--arg', 'token=hunter2'], input: WITH_TOKEN },
])('a secret from $name is used and not shown', async ({ args, input }) => {
  const { code, out, err } = await run(['--arg', `page=${url}/good`, '-o', 'json', ...args], { input });
  expect(code).toBe(0);
  expect(asked.at(-1)).toBe('/good Bearer hunter2');
  expect(out + err).not.toContain('hunter2');
});

test('a Job as a process: its output in the log', async () => {
  const { code, out } = await run(['--local-jobs'], { input: job('echo hello; exit 3') });
  expect(code).toBe(1);
  expect(out).toMatch(/ job\/script \| hello\n/);
  expect(out).toMatch(/ job\/script: FAILED: Job has reached the specified backoff limit\n/);
});

test('Ctrl-C terminates as spec.terminate does, and ends processes', async () => {
  const { code, out } = await run(['--local-jobs'], {
    input: job('echo begun; sleep 60', 'inconclusiveLimit: 1'),
    onOutput: (text, console) => text.endsWith('| begun\n') && console.interrupt(),
  });
  expect(out).toContain('terminating the analysis; once more to end at once\n');
  expect(out).toMatch(/ job: SUCCESSFUL: Run Terminated\n/);
  // Successful is no success where somebody stopped it: a shell would go on.
  expect(code).toBe(130);
});

test.each([
  { name: 'a missing value', args: [], input: PAGE, says: 'argument "page" has no value\n  Give it: --arg page=VALUE' },
  { name: 'an argument that is none', args: ['--arg', 'x'], input: PAGE, says: '--arg: expected name=value, got "x"' },
  { name: 'a Job without a place', args: [], input: job('true'), says: 'Give --local-jobs' },
  { name: 'an unknown format', args: ['-o', 'xml'], input: PAGE, says: 'Allowed choices are table, json, yaml, junit' },
  { name: 'no YAML', args: [], input: 'a: {{args.b}}', says: 'standard input:1:4: put it in quotes: "{{args.b}}"' },
  {
    name: 'a kubeconfig that is not there',
    args: ['--kubeconfig', '/no/such/file', '--arg', 'page=x'],
    input: PAGE,
    says: 'kubeconfig /no/such/file',
  },
])('$name: exit 64', async ({ args, input, says }) => {
  const { code, out, err } = await run([...args], { input });
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err).toContain(says);
  expect(err).not.toContain('    at ');
});
