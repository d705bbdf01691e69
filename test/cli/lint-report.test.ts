import { expect, test } from 'vitest';
import { githubAnnotation } from '../../lib/cli/github-annotations.ts';
import { lintJunit } from '../../lib/cli/lint-junit.ts';
import { formatFinding, formatSummary, lintJson, type LintReport } from '../../lib/cli/lint-report.ts';
import { lintSarif } from '../../lib/cli/sarif.ts';
import { sourceExcerpt } from '../../lib/cli/source-excerpt.ts';
import type { Finding } from '../../lib/lint/finding.ts';
import { RULE_LIST } from '../../lib/lint/rules/registry.ts';

const aFinding = (override: Partial<Finding> = {}): Finding => ({
  file: 'a b/t.yaml',
  range: { start: { line: 3, column: 5 }, end: { line: 3, column: 6 } },
  severity: 'error',
  rule: 'wrong-type',
  path: 'spec.metrics[0].interval',
  message: 'expected a string, got 5',
  docs: 'docs/lint.md#wrong-type',
  ...override,
});
const report: LintReport = {
  files: 1,
  documents: 2,
  passedOver: 1,
  findings: [
    aFinding({ fix: [{ range: aFinding().range, text: '5s' }] }),
    aFinding({ severity: 'warning', rule: 'unknown-rule', path: '', file: '/abs/x.yaml' }),
    aFinding({ severity: 'advice', rule: 'no-condition', message: 'a,\n50%: b' }),
  ],
};

test('one line a finding, with its rule', () => {
  expect(report.findings.slice(0, 2).map(formatFinding)).toEqual([
    'a b/t.yaml:3:5: error: spec.metrics[0].interval: expected a string, got 5 [wrong-type]',
    '/abs/x.yaml:3:5: warning: expected a string, got 5 [unknown-rule]',
  ]);
});

test.each([
  { passedOver: 0, advice: 0, want: '1 file, 2 documents, 1 error, 0 warnings' },
  { passedOver: 0, advice: 1, want: '1 file, 2 documents, 1 error, 0 warnings, 1 piece of advice' },
  {
    passedOver: 1,
    advice: 2,
    want: '1 file, 2 documents, 1 error, 0 warnings, 2 pieces of advice (1 document of other kinds passed over)',
  },
])('a summary: $want', ({ passedOver, advice, want }) => {
  expect(formatSummary({ files: 1, documents: 2, errors: 1, warnings: 0, advice, passedOver })).toBe(want);
});

test('JSON has the figures of the summary, and each place as two numbers too', () => {
  expect(lintJson(report)).toMatchObject({
    findings: [{ line: 3, column: 5, rule: 'wrong-type', fix: [{ text: '5s' }] }, {}, {}],
    summary: { files: 1, documents: 2, errors: 1, warnings: 1, advice: 1 },
  });
});

test('GitHub: commands with what they cannot hold escaped', () => {
  expect(report.findings.map(githubAnnotation)).toEqual([
    '::error file=a b/t.yaml,line=3,endLine=3,col=5,endColumn=6,title=wrong-type::spec.metrics[0].interval: expected a string, got 5',
    '::warning file=/abs/x.yaml,line=3,endLine=3,col=5,endColumn=6,title=unknown-rule::expected a string, got 5',
    '::notice file=a b/t.yaml,line=3,endLine=3,col=5,endColumn=6,title=no-condition::spec.metrics[0].interval: a,%0A50%25: b',
  ]);
});

test('JUnit: a suite a file, advice passes, a file without findings is a case that passes', () => {
  const xml = lintJunit(report, [
    { path: 'a b/t.yaml', text: '' },
    { path: 'good.yaml', text: '' },
  ]);
  expect(xml).toContain('<testsuite name="a b/t.yaml" tests="2" failures="1" errors="0" skipped="0">');
  expect(xml).toContain('<testcase name="no-condition 3:5" classname="a b/t.yaml"/>');
  expect(xml).toContain(
    '<failure type="error" message="a b/t.yaml:3:5: spec.metrics[0].interval: expected a string, got 5"/>',
  );
  expect(xml).toContain('<testcase name="lint" classname="good.yaml"/>');
});

test('SARIF: results refer to the rules, relative files stay relative, fixes are replacements', () => {
  const region = { startLine: 3, startColumn: 5, endLine: 3, endColumn: 6 };
  const index = RULE_LIST.findIndex(({ name }) => name === 'wrong-type');
  expect(lintSarif(report, '1.2.3')).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'assay',
            semanticVersion: '1.2.3',
            rules: RULE_LIST.map(({ name }) => ({ id: name, help: { text: `docs/lint.md#${name}` } })),
          },
        },
        results: [
          {
            ruleId: 'wrong-type',
            ruleIndex: index,
            level: 'error',
            message: { text: 'spec.metrics[0].interval: expected a string, got 5' },
            locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b/t.yaml' }, region } }],
            fixes: [
              { artifactChanges: [{ replacements: [{ deletedRegion: region, insertedContent: { text: '5s' } }] }] },
            ],
          },
          { level: 'warning', locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///abs/x.yaml' } } }] },
          { level: 'note' },
        ],
      },
    ],
  });
});

test.each([
  { name: 'the caret under the column', text: 'a\nbcd', at: [2, 2], want: 'bcd\n ^' },
  { name: 'a tab is one column', text: '\ta: b', at: [1, 5], want: ' a: b\n    ^' },
  { name: 'letters of two code units take one column', text: '😀x', at: [1, 3], want: '😀x\n ^' },
  { name: 'a line that is not there', text: 'a', at: [9, 1], want: '\n^' },
  { name: 'a long line: the part around it', text: `${'a'.repeat(50)}X${'b'.repeat(50)}`, at: [1, 51], want: 'aaaaX' },
])('shows $name', ({ text, at: [line = 0, column = 0], want }) => {
  expect(sourceExcerpt(text, { line, column }, 10)).toContain(want);
});
