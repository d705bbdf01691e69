import { expect, test } from 'vitest';
import { type Finding, formatFinding, formatSummary, lintJson, type LintReport } from '../../lib/cli/lint-report.ts';
import { lintSarif } from '../../lib/cli/sarif.ts';
import { sourceExcerpt } from '../../lib/cli/source-excerpt.ts';

const aFinding = (override: Partial<Finding> = {}): Finding => ({
  file: 'a b/t.yaml',
  line: 3,
  column: 5,
  severity: 'error',
  rule: 'schema',
  path: 'spec.metrics[0].interval',
  message: 'expected a string, got 5',
  ...override,
});
const report: LintReport = {
  files: 1,
  documents: 2,
  passedOver: 1,
  findings: [aFinding(), aFinding({ severity: 'warning', rule: 'syntax', path: '', file: '/abs/x.yaml' })],
};

test('one line a finding', () => {
  expect(report.findings.map(formatFinding)).toEqual([
    'a b/t.yaml:3:5: error: spec.metrics[0].interval: expected a string, got 5',
    '/abs/x.yaml:3:5: warning: expected a string, got 5',
  ]);
});

test.each([
  { passedOver: 0, want: '1 file, 2 documents, 1 error, 0 warnings' },
  { passedOver: 1, want: '1 file, 2 documents, 1 error, 0 warnings (1 document of other kinds passed over)' },
])('a summary: $want', ({ passedOver, want }) => {
  expect(formatSummary({ files: 1, documents: 2, errors: 1, warnings: 0, passedOver })).toBe(want);
});

test('JSON has the figures of the summary', () => {
  expect(lintJson(report)).toMatchObject({ summary: { files: 1, documents: 2, errors: 1, warnings: 1 } });
});

test('SARIF: results refer to the rules, relative files stay relative', () => {
  expect(lintSarif(report, '1.2.3')).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'assay', semanticVersion: '1.2.3', rules: [{ id: 'syntax' }, { id: 'schema' }, {}] } },
        results: [
          {
            ruleId: 'schema',
            ruleIndex: 1,
            level: 'error',
            message: { text: 'spec.metrics[0].interval: expected a string, got 5' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'a%20b/t.yaml' },
                  region: { startLine: 3, startColumn: 5 },
                },
              },
            ],
          },
          { level: 'warning', locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///abs/x.yaml' } } }] },
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
