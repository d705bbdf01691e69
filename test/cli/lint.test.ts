import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as lintFile from '../../lib/cli/lint.ts';
import { lintTexts } from '../../lib/lint/lint-text.ts';
import { formatFinding } from '../../lib/cli/lint-report.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aConsole } from './console.ts';

const GOOD = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: t
spec:
  args:
    - name: service
  metrics:
    - name: m
      successCondition: result[0] >= 0.95
      provider:
        prometheus:
          address: http://prometheus.monitoring.svc
          query: up{service="{{args.service}}"} or vector(0)
`;
const edit = (from: string, to: string): string => {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
};

const lint = (text: string) => lintTexts([{ path: 'f', text }]).findings.map(formatFinding);

test('a good file', () => {
  expect(lintTexts([{ path: 'f', text: GOOD }])).toEqual({ documents: 1, passedOver: 0, findings: [] });
});

test.each([
  {
    name: 'a condition that does not compile points into it',
    text: edit('result[0] >= 0.95', "'result[0] >= resul'"),
    want: ['f:10:39: error: spec.metrics[0].successCondition: unknown name "resul" (did you mean "result"?)'],
  },
  {
    name: 'in a block too',
    text: edit('result[0] >= 0.95', '|\n        true &&\n        resul'),
    want: ['f:12:9: error: spec.metrics[0].successCondition: unknown name "resul" (did you mean "result"?)'],
  },
  {
    name: 'also behind an argument that was filled in',
    text: edit('- name: service', '- name: service\n      value: "1"').replace(
      '>= 0.95',
      '>= {{args.service}} + resul',
    ),
    want: ['f:11:57: error: spec.metrics[0].successCondition: unknown name "resul" (did you mean "result"?)'],
  },
  {
    name: 'what only the type of a query shows, to the value that is meant',
    text: edit('result[0] >= 0.95', 'true && result > 1'),
    want: [
      'f:10:33: error: spec.metrics[0].successCondition: the query gives a list: one number a series; write result[0]',
    ],
  },
  {
    name: 'a duration without a unit, to the number',
    text: edit('- name: m', '- name: m\n      interval: 5\n      count: 2'),
    want: ['f:10:17: error: spec.metrics[0].interval: expected a string, got 5; give it a unit: "5s"'],
  },
  {
    name: 'a duration of another unit',
    text: edit('- name: m', '- name: m\n      interval: 5w\n      count: 2'),
    want: ['f:10:17: error: spec.metrics[0].interval:'],
  },
  {
    name: 'an unknown field, to its name; that the known one is missing is not told',
    text: edit('successCondition', 'succesCondition'),
    want: ['f:10:7: warning: spec.metrics[0].succesCondition: unknown field "succesCondition" (did you mean'],
  },
  {
    name: 'an argument that nobody declared, to its tag; that the one that was meant is not used is not told',
    text: edit('args.service', 'args.servise'),
    want: [
      'f:14:30: warning: spec.metrics[0].provider.prometheus.query: unknown argument "servise" (did you mean "service"?)',
    ],
  },
  {
    name: 'two slips of a schema hide nothing else',
    text: edit('- name: m', '- name: m\n      interval: 5\n      count: true').replace('0.95', 'resul'),
    want: [
      'f:10:17: error: ',
      'f:11:14: error: ',
      'f:12:38: error: spec.metrics[0].successCondition: unknown name "resul"',
    ],
  },
  { name: 'no YAML', text: 'a: [', want: ['f:1:5: error: '] },
])('$name', ({ text, want }) => {
  const found = lint(text);
  expect(found.map((line, index) => line.slice(0, want[index]?.length ?? line.length))).toEqual(want);
});

test('documents of other kinds are passed over, and counted', () => {
  const rollout = 'kind: Rollout\napiVersion: apps.kruise.io/v1beta1';
  const text = `${rollout}\n---\nreplicas: 1\n---\n${GOOD}`;
  expect(lintTexts([{ path: 'f', text }])).toMatchObject({ documents: 1, passedOver: 2, findings: [] });
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-lint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(args: readonly string[], { input = '', isTerminal = false } = {}) {
  const console = aConsole({ input, isTerminal });
  const code = await runProgram(['lint', ...args], { lint: async () => lintFile }, console);
  return { code, ...console.written };
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

test('a folder: its YAML and JSON files, at any depth, by name; nothing hidden', async () => {
  const bad = edit('- name: m', '- name: m\n      interval: 5');
  write('b.yml', bad);
  write('a/deep/c.json', '{"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun"}');
  write('.hidden/d.yaml', bad);
  write('node_modules/e.yaml', bad);
  write('readme.md', bad);
  const { code, out } = await run([folder]);
  expect(code).toBe(1);
  expect(out.replaceAll(/^.*\/(.*?):\d+:\d+: error: .*$/gm, '$1')).toBe(
    'c.json\nc.json\nb.yml\n2 files, 2 documents, 3 errors, 0 warnings\n',
  );
});

test.each([
  { name: 'warnings are no errors', args: [], code: 0, says: '0 errors, 1 warning' },
  { name: 'but with --strict', args: ['--strict'], code: 1, says: '1 error, 0 warnings' },
])('$name', async ({ args, code, says }) => {
  const input = edit('successCondition', 'succesCondition');
  const outcome = await run(['-', ...args], { input });
  expect(outcome).toMatchObject({ code, err: '' });
  expect(outcome.out).toContain('standard input:10:7: ');
  expect(outcome.out).toContain(`1 file, 1 document, ${says}\n`);
});

test('a person sees the line and a caret', async () => {
  const { out } = await run(['-'], { input: edit('result[0] >= 0.95', 'resul'), isTerminal: true });
  expect(out).toContain('\n        successCondition: resul\n                          ^\n');
});

test.each([
  { format: 'json', want: { findings: [{ line: 10 }], summary: { errors: 1 } } },
  { format: 'sarif', want: { version: '2.1.0', runs: [{ results: [{ level: 'error' }] }] } },
])('$format alone on standard output', async ({ format, want }) => {
  const { out, code } = await run(['-', '-o', format], { input: edit('result[0] >= 0.95', 'resul') });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject(want);
});

test.each([
  { name: 'a file that is not there', path: 'nope.yaml', says: 'nope.yaml: no such file or folder' },
  { name: 'a folder without files', path: '.', says: 'no .yaml, .yml or .json file in this folder' },
])('$name: exit 64', async ({ path, says }) => {
  const { code, err } = await run([join(folder, path)]);
  expect(code).toBe(64);
  expect(err).toContain(says);
});

const BARE = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: bare} # keep this
spec:
  metrics:
    - name: m
      provider: {web: {url: 'http://shop.checkout/health'}}
`;

test.each([
  { name: 'advice is given by default', args: [], want: ['no-condition', 'short-service-name'], code: 0 },
  { name: 'not under --strict, where warnings are errors', args: ['--strict'], want: ['short-service-name'], code: 1 },
  { name: 'a rule is switched off', args: ['--disable', 'short-service-name'], want: ['no-condition'], code: 0 },
  { name: 'several are', args: ['--disable', 'no-condition,short-service-name'], want: [], code: 0 },
  {
    name: 'advice that is asked for is given under --strict',
    args: ['--strict', '--enable', 'no-condition'],
    want: ['no-condition', 'short-service-name'],
    code: 1,
  },
])('$name', async ({ args, want, code }) => {
  const outcome = await run(['-', '-o', 'json', ...args], { input: BARE });
  const { findings } = JSON.parse(outcome.out) as { findings: { rule: string }[] };
  expect(findings.map(({ rule }) => rule).toSorted()).toEqual(want);
  expect(outcome.code).toBe(code);
});

test.each([
  { name: 'in the folder', at: '.assay.yaml', args: [], want: 1 },
  { name: 'in a folder above', at: '../.assay.yaml', args: [], want: 1 },
  { name: 'in another folder, which does not count', at: '../other/.assay.yaml', args: [], want: 2 },
  {
    name: 'against which the command line says otherwise',
    at: '.assay.yaml',
    args: ['--enable', 'no-condition'],
    want: 2,
  },
])('settings $name', async ({ at, args, want }) => {
  write('deep/t.yaml', BARE);
  write(join('deep', at), 'lint: {disable: [no-condition]}\n');
  const { out } = await run([join(folder, 'deep/t.yaml'), ...args, '-o', 'json']);
  expect(JSON.parse(out)).toMatchObject({ findings: Array.from({ length: want }, () => ({})) });
});

test.each([
  { name: 'a rule that there is not', args: ['--disable', 'no-conditions'], says: 'did you mean "no-condition"?' },
  { name: '--dry-run alone', args: ['--dry-run'], says: 'give both' },
])('$name: exit 64', async ({ args, says }) => {
  const { code, err } = await run(['-', ...args], { input: BARE });
  expect(code).toBe(64);
  expect(err).toContain(says);
});

test.each([
  { name: 'a rule that there is not', text: 'lint: {disable: [nope]}', says: '.assay.yaml: there is no rule "nope"' },
  { name: 'another field', text: 'lint: {disabled: []}', says: 'It may say lint:' },
  { name: 'no YAML', text: 'lint: {', says: '.assay.yaml: ' },
])('settings with $name: exit 64', async ({ text, says }) => {
  write('.assay.yaml', text);
  const { code, err } = await run([write('t.yaml', BARE)]);
  expect(code).toBe(64);
  expect(err).toContain(says);
});

const MENDABLE = BARE.replace('- name: m\n', '- name: m # why\n      interval: 30\n      count: 3\n').replace(
  'shop.checkout',
  'shop.checkout.svc',
);

test('--fix mends the file and keeps the rest of it; what is left is told', async () => {
  const path = write('t.yaml', MENDABLE);
  const { code, out } = await run([path, '--fix']);
  expect(readFileSync(path, 'utf8')).toBe(MENDABLE.replace('interval: 30', 'interval: 30s'));
  expect(out).toContain('[no-condition]');
  expect(out).not.toContain('[wrong-type]');
  expect(code).toBe(0);
});

test('--fix --dry-run shows a patch and changes nothing', async () => {
  const path = write('t.yaml', MENDABLE);
  const { out } = await run([path, '--fix', '--dry-run']);
  expect(out).toContain('-      interval: 30\n+      interval: 30s\n');
  expect(readFileSync(path, 'utf8')).toBe(MENDABLE);
});

test('standard input cannot be mended, but shown', async () => {
  const refused = await run(['-', '--fix'], { input: MENDABLE });
  expect(refused).toMatchObject({ code: 64, err: expect.stringContaining('standard input cannot be mended') });
  const { out } = await run(['-', '--fix', '--dry-run'], { input: MENDABLE });
  expect(out).toContain('+      interval: 30s\n');
});

test('a folder without any of our kinds is most often the wrong one', async () => {
  write('values.yaml', 'replicas: 3\n');
  const { code, err } = await run([folder]);
  expect(code).toBe(64);
  expect(err).toContain('nothing to check in');
  expect(await run([folder, '--allow-empty'])).toMatchObject({ code: 0 });
});

test.each([
  { format: 'github', says: '::notice file=standard input,line=6,endLine=6,col=7,endColumn=11,title=no-condition::' },
  { format: 'junit', says: '<testsuite name="standard input" tests="2" failures="1"' },
])('-o $format', async ({ format, says }) => {
  const { out } = await run(['-', '-o', format], { input: BARE });
  expect(out).toContain(says);
});
