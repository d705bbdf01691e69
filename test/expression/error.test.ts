import { describe, expect, test } from 'vitest';
import { compileCondition } from '../../lib/expression/evaluate.ts';
import { ExpressionError, showCaret } from '../../lib/expression/error.ts';
import { HINTS } from '../../lib/model/errors.ts';
import { failureOf } from './failure.ts';

describe('a caret under the place of an error', () => {
  test.each([
    ['result > 3 &&& true', 'result > 3 &&& true\n             ^'],
    ['result >\n  resul', '  resul\n  ^'],
    ['\t"é😀" + 1', ' "é😀" + 1\n      ^'],
    ['1 +', '1 +\n  ^'],
    ['', '\n^'],
  ])('%s', (text, shown) => {
    const error = failureOf(() => compileCondition(text, 'float64'));
    expect(showCaret(text, error)).toBe(shown);
  });
});

test('positions count code points, the offset code units', () => {
  const error = failureOf(() => compileCondition('"😀";\n"😀" == nope', 'float64'));
  expect(error).toMatchObject({ line: 2, column: 8, offset: 14, message: 'unknown name nope (2:8)' });
});

test('an error is one that someone must act on', () => {
  const error = failureOf(() => compileCondition('nope', 'float64'));
  expect(error).toBeInstanceOf(ExpressionError);
  expect(error).toMatchObject({
    name: 'ExpressionError',
    code: 'ASSAY_EXPRESSION_INVALID',
    hint: HINTS.ASSAY_EXPRESSION_INVALID,
    retry: false,
    stage: 'compile',
    goMessage: 'unknown name nope',
  });
});

test('bytes that are no text are not shown', () => {
  const program = compileCondition('int("é"[:1]) > 0', 'float64');
  const error = failureOf(() => program.evaluate({ result: 1, isNil: false }, undefined));
  expect(error.goMessage).toBe('invalid operation: int(\ufffd)');
});

test.each([
  ['resul > 1', 'result'],
  ['Result > 1', 'result'],
  ['lenght("a") > 1', undefined],
  ['asint(result) > 1', 'asInt'],
  ['isNull(result)', 'isNil'],
  ['let total = 1; totl > 0', 'total'],
  ['$env.resut > 1', 'result'],
  ['completelyDifferent', undefined],
])('%s: did you mean %s?', (text, suggestion) => {
  const error = failureOf(() => compileCondition(text, 'float64'));
  expect(error.unknownName?.suggestion).toBe(suggestion);
});
