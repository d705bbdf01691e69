import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as runFile from '../../lib/cli/run.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aConsole, type FakeConsoleOptions } from './console.ts';

let server: Server;
let url: string;
const asked: string[] = [];
/** What Datadog's metrics carry. */
const keys: unknown[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    keys.push([request.headers['dd-api-key'], request.headers['dd-application-key']]);
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

const FOLDER = mkdtempSync(join(tmpdir(), 'assay-run-'));
const SECRET_FILE = join(FOLDER, 'secret.txt');
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

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
  { name: 'a file', args: ['--secret', `s.token=@${SECRET_FILE}`], input: WITH_TOKEN },
  { name: 'the environment', args: ['--secret', 's/token=env:TOKEN'], input: WITH_TOKEN },
  { name: 'the command line as a key', args: ['--secret', 's.token=hunter2'], input: WITH_TOKEN },
])('a secret from $name is used and not shown', async ({ args, input }) => {
  const env = { PATH: process.env['PATH'], TOKEN: 'hunter2' };
  writeFileSync(SECRET_FILE, 'hunter2\n');
  const { code, out, err } = await run(['--arg', `page=${url}/good`, '-o', 'json', ...args], { input, env });
  expect(code).toBe(0);
  expect(asked.at(-1)).toBe('/good Bearer hunter2');
  expect(out + err).not.toContain('hunter2');
});

test.each([
  {
    args: ['--arg', 'token=hunter2'],
    says: 'warning: --arg token: the value is in plain sight, in the list of processes and the history of the shell: give --secret s.token=@FILE\n',
  },
  {
    args: ['--secret', 's.token=hunter2'],
    says: 'warning: --secret s.token: the value is in plain sight, in the list of processes and the history of the shell: give =@FILE or =env:VARIABLE\n',
  },
  { args: ['--secret', 's.token=env:TOKEN'], says: '' },
])('a secret in plain sight is told of: $args', async ({ args, says }) => {
  const options = { input: WITH_TOKEN, env: { PATH: process.env['PATH'], TOKEN: 'hunter2' } };
  const { code, err } = await run(['--arg', `page=${url}/good`, ...args], options);
  expect({ code, err }).toEqual({ code: 0, err: says });
});

const DATADOG = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: dd}
spec:
  metrics:
    - name: dd
      successCondition: result < 1
      consecutiveErrorLimit: 0
      provider: {datadog: {apiVersion: v1, query: q}}
`;

test.each([
  { name: 'files', args: ['--secret', `datadog.api-key=@${SECRET_FILE}`, '--secret', 'datadog.app-key=env:TOKEN'] },
  { name: 'the environment', args: [], env: { DD_API_KEY: 'hunter2', DD_APP_KEY: 'hunter2', DD_ADDRESS: 'there' } },
])('a metric takes its keys from $name, and nobody sees them', async ({ args, env = {} }) => {
  writeFileSync(SECRET_FILE, 'hunter2\r\n');
  const there = args.length > 0 ? ['--secret', 'datadog.address=env:ADDRESS'] : [];
  const all = { PATH: process.env['PATH'], TOKEN: 'hunter2', ADDRESS: url, ...env };
  const options = { input: DATADOG, env: 'DD_ADDRESS' in all ? { ...all, DD_ADDRESS: url } : all };
  const before = keys.length;
  const { code, out, err } = await run(['-o', 'json', ...args, ...there], options);
  // The page is no answer of Datadog; it was asked with the keys.
  expect(code).toBe(2);
  expect(keys.slice(before)).toEqual(expect.arrayContaining([['hunter2', 'hunter2']]));
  expect(out + err).not.toContain('hunter2');
});

test.each([
  { args: ['--secret', 'hunter2'], says: '--secret: expected name.key=@file or name.key=env:VARIABLE, got no =' },
  { args: ['--secret', 'token=hunter2'], says: 'got "token="' },
  { args: ['--secret', 's.token=@/no/such/file'], says: '--secret s.token: ENOENT' },
  { args: ['--secret', 's.token=env:NONE'], says: '--secret s.token: the environment has no variable "NONE"' },
  { args: ['--secret', 's.t=hunter2', '--secret', 's/t=hunter2'], says: '--secret: "s/t" is given twice' },
])('$args: exit 64, and no secret in what is said', async ({ args, says }) => {
  const { code, out, err } = await run(['--arg', `page=${url}/good`, ...args], { input: WITH_TOKEN });
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err).toContain(says);
  expect(err).not.toContain('hunter2');
});

const PLUGIN = DATADOG.replace(/datadog: \{.*\}\}/, 'plugin: {acme/one: {give: 5}}}');

test.each([
  { name: 'a module', gives: 'spec.give', code: 1 },
  { name: 'a module that gives less', gives: 'spec.give - 5', code: 0 },
])('$name that is named on the command line serves a plugin', async ({ gives, code }) => {
  const file = join(FOLDER, `one-${code}.mjs`);
  writeFileSync(
    file,
    `export default { read: async (spec) => ({ is: 'value', result: { type: 'float64', value: ${gives} } }) };`,
  );
  expect(await run(['--plugin', `acme/one=${file}`], { input: PLUGIN })).toMatchObject({ code, err: '' });
});

test('without it the metric is an Error that says what to set', async () => {
  const { code, out } = await run(['-o', 'json'], { input: PLUGIN });
  expect(code).toBe(2);
  expect(out).toContain('the plugin acme/one is not served here: the settings of local need plugins');
});

test.each([
  { args: ['--plugin', 'acme/one'], says: '--plugin: expected name=module or name=url, got "acme/one"' },
  { args: ['--plugin', 'a=./x.mjs', '--plugin', 'a=./y.mjs'], says: '--plugin: "a" is given twice' },
  { args: ['--plugin', 'a=/no/such.mjs'], says: 'the module /no/such.mjs cannot be loaded: ' },
  { args: ['--plugin', 'a=node:fs'], says: 'the module node:fs cannot be loaded: ' },
])('$args: nothing is begun', async ({ args, says }) => {
  const { code, out, err } = await run(args, { input: PLUGIN });
  expect({ isOk: code === 0, out }).toEqual({ isOk: false, out: '' });
  expect(err).toContain(says);
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
