import { checkCondition } from '../../expression/evaluate.ts';
import { type Condition, isResult } from '../condition.ts';
import { isResultIndex } from '../is-result-index.ts';
import type { Rule } from '../rule.ts';
import type { Span, ValueEdit } from '../span.ts';
import type { MetricSubject } from '../subject.ts';

export const resultIndex: Rule = {
  severity: 'error',
  summary: 'A list of Prometheus compared with a number, or a number of it taken for a list.',
  provider: 'prometheus',
  metric: (subject) =>
    subject.conditions.flatMap((condition) => {
      if (!isResultIndex(condition, subject)) return [];
      const { keys, text, filled, mismatch } = condition;
      const isList = subject.resultType === '[]float64';
      const given =
        subject.query?.type === 'matrix' ? 'lists of numbers, joined to one' : 'a list: one number a series';
      const message = isList
        ? `the query gives ${given}; write result[0] for the first`
        : 'the query gives one number and no list; write result';
      const at = mismatch?.offset ?? 0;
      const fix = mend(condition, subject.resultType);
      const span = fix?.[0]?.span ?? filled.spanOf([at, at + 1]);
      const shown: Span = isList && fix ? [Math.max(0, span[0] - 'result'.length), span[1]] : span;
      return [{ keys, message, value: text, span: shown, ...(fix && { fix }) }];
    }),
};

/** The edits that make it right, if they do. */
function mend(condition: Condition, type: MetricSubject['resultType']): ValueEdit[] | undefined {
  const { keys, text, filled, nodes } = condition;
  const isList = type === '[]float64';
  const spans = isList ? bareResults(condition) : indexSpans(filled.text);
  if (spans.length === 0 || (isList && spans.length !== nodes.filter(isResult).length)) return undefined;
  const edits = spans.map((span) => ({ keys, span: filled.spanOf(span), text: isList ? '[0]' : '' }));
  const fits = (edit: ValueEdit) => edit.span !== undefined && text.slice(...edit.span) === (isList ? '' : '[0]');
  const mended = spans.reduceRight(
    (whole, [from, to]) => whole.slice(0, from) + (isList ? '[0]' : '') + whole.slice(to),
    filled.text,
  );
  if (!edits.every(fits) || type === 'unknown') return undefined;
  return checkCondition(mended, type).length === 0 ? edits : undefined;
}

/** Behind each `result`. */
function bareResults({ nodes }: Condition): Span[] {
  return [...new Set(nodes.filter(isResult).map(({ at }) => at + 'result'.length))]
    .toSorted((a, b) => a - b)
    .map((at) => [at, at]);
}

function indexSpans(text: string): Span[] {
  return [...text.matchAll(/(?<=\bresult)\[0\]/g)].map(({ index }) => [index, index + 3]);
}
