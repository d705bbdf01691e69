import { describe, expect, test } from 'vitest';
import type { TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { lintText } from '../../lib/lint/lint-text.ts';
import type { Finding } from '../../lib/lint/finding.ts';
import { codeActions } from '../../lib/lsp/code-actions.ts';
import { EditedText } from '../../lib/lsp/edited-text.ts';

const SOURCE = `spec:
  metrics:
    - interval: 5 m
      count: "3"
`;
const text = new EditedText('file:///a.yaml', SOURCE, 7);
const at = (line: number, from: number, to: number) => ({
  start: { line, column: from },
  end: { line, column: to },
});
const aFinding = (given: Partial<Finding>): Finding => ({
  file: text.uri,
  rule: 'blank',
  severity: 'error',
  path: '',
  range: at(3, 17, 20),
  message: 'no blank',
  docs: 'docs/lint.md#blank',
  ...given,
});
const BLANK = aFinding({ fix: [{ range: at(3, 17, 20), text: '5m' }] });
const COUNT = aFinding({ rule: 'count', range: at(4, 14, 17), fix: [{ range: at(4, 14, 17), text: '3' }] });
const UNSURE = aFinding({ rule: 'unsure' });
const here = { start: { line: 2, character: 17 }, end: { line: 2, character: 17 } };

function actions(findings: readonly Finding[], only?: readonly string[]) {
  return codeActions(text, here, only, { findings, docs: undefined, takesVersions: false });
}

function applied(edits: TextEdit[] | undefined): string {
  return TextDocument.applyEdits(TextDocument.create('', '', 0, SOURCE), edits ?? []);
}

describe('what is offered', () => {
  test.each([
    {
      name: 'the fix, a comment, and all fixes',
      findings: [BLANK],
      want: ['Fix: no blank', 'Disable blank here', 'Fix all that Assay can fix'],
    },
    { name: 'without a fix: the comment', findings: [UNSURE], want: ['Disable unsure here'] },
    { name: 'elsewhere: all fixes alone', findings: [COUNT], want: ['Fix all that Assay can fix'] },
    { name: 'nothing found: nothing', findings: [], want: [] },
    { name: 'quick fixes only', findings: [BLANK], only: ['quickfix'], want: ['Fix: no blank', 'Disable blank here'] },
    { name: 'fixes of the source', findings: [BLANK], only: ['source.fixAll'], want: ['Fix all that Assay can fix'] },
    { name: 'another kind', findings: [BLANK], only: ['refactor'], want: [] },
  ])('$name', ({ findings, only, want }) => {
    expect(actions(findings, only).map(({ title }) => title)).toEqual(want);
  });
});

test('a fix changes what it says', () => {
  const [fix] = actions([BLANK]);
  expect(applied(fix?.edit?.changes?.[text.uri])).toBe(SOURCE.replace('5 m', '5m'));
});

test('all fixes at once', () => {
  const all = actions([BLANK, COUNT]).at(-1);
  expect(applied(all?.edit?.changes?.[text.uri])).toBe(SOURCE.replace('5 m', '5m').replace('"3"', '3'));
});

test('of two fixes for one place the first', () => {
  const all = actions([BLANK, aFinding({ fix: [{ range: at(3, 18, 19), text: '' }] })]).at(-1);
  expect(applied(all?.edit?.changes?.[text.uri])).toBe(SOURCE.replace('5 m', '5m'));
});

test('an editor that takes versions gets the version', () => {
  const [fix] = codeActions(text, here, undefined, { findings: [BLANK], docs: undefined, takesVersions: true });
  expect(fix?.edit?.documentChanges).toMatchObject([{ textDocument: { uri: text.uri, version: 7 } }]);
});

describe('with the rules of lint', () => {
  const BROKEN = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: t
spec:
  metrics:
    - name: m
      interval: 5 m
      intervall: 5m
      initialDelay: 30
      successCondition: |
        result[0] > 1 &&
        nope > 1
      provider:
        prometheus:
          address: http://prometheus.monitoring.svc:9090
          query: >-
            sum(rate(x[1m])
`;
  const broken = new EditedText('file:///broken.yaml', BROKEN);
  const findings = lintText(broken.lintSource);

  function offered(finding: Finding, title: string): string {
    const { line, column } = finding.range.start;
    const place = { line: line - 1, character: column - 1 };
    const context = { findings: [finding], docs: undefined, takesVersions: false };
    const found = codeActions(broken, { start: place, end: place }, undefined, context).find((action) =>
      action.title.startsWith(title),
    );
    return TextDocument.applyEdits(TextDocument.create('', '', 0, BROKEN), found?.edit?.changes?.[broken.uri] ?? []);
  }

  test('there are several, in blocks too', () => {
    expect(findings.filter(({ fix }) => fix !== undefined).map(({ rule }) => rule)).toEqual(['wrong-type']);
    expect(findings.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['invalid-duration', 'unknown-field', 'condition-invalid', 'promql-syntax']),
    );
  });

  test.each(findings)('$rule is silent where it is disabled, and the others are not', (finding) => {
    const left = lintText({ path: 'b.yaml', text: offered(finding, 'Disable') }).map(({ rule }) => rule);
    expect(left).toEqual(findings.map(({ rule }) => rule).filter((rule) => rule !== finding.rule));
  });

  test.each(findings.filter(({ fix }) => fix !== undefined))('$rule is gone once it is fixed', (finding) => {
    const left = lintText({ path: 'b.yaml', text: offered(finding, 'Fix') }).map(({ rule }) => rule);
    expect(left).not.toContain(finding.rule);
  });
});
