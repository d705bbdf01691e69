import { expect, test } from 'vitest';
import * as evalFile from '../../lib/cli/eval.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aConsole } from './console.ts';

async function evaluate(args: readonly string[], input = '') {
  const console = aConsole({ input });
  const code = await runProgram(['eval', ...args], { eval: async () => evalFile }, console);
  return { code, out: console.written.out.trimEnd(), err: console.written.err.trimEnd() };
}

test.each([
  {
    name: 'true',
    args: ['len(result) > 0 && result[0] >= 0.95', '--result', '[0.97]'],
    want: { code: 0, out: 'true', err: 'as successCondition: Successful; as failureCondition: Failed' },
  },
  {
    name: 'false',
    args: ['result > 1', '-r', '0.5'],
    want: { code: 1, out: 'false', err: 'as successCondition: Failed; as failureCondition: Successful' },
  },
  {
    name: 'no bool',
    args: ['map(result, # * 2)', '-r', '[1, 2]'],
    want: { code: 2, out: '[2, 4]', err: 'as a condition: Error, for it is []interface {} and not bool' },
  },
  {
    name: 'what JSON has no word for',
    args: ['result', '-r', 'NaN'],
    want: { code: 2, out: 'NaN', err: 'as a condition: Error, for it is float64 and not bool' },
  },
  {
    name: 'no result is nil',
    args: ['isNil(result)'],
    want: { code: 0, out: 'true', err: expect.anything() },
  },
  {
    name: 'the type given counts',
    args: ['result == "5"', '-r', '5', '-t', 'string'],
    want: { code: 0, out: 'true', err: expect.anything() },
  },
])('$name', async ({ args, want }) => {
  expect(await evaluate(args)).toEqual(want);
});

test('the result from standard input', async () => {
  expect(await evaluate(['result.ok', '--result', '-'], '{"ok": true}\n')).toMatchObject({ code: 0, out: 'true' });
});

test.each([
  {
    name: 'an unknown name, and what was meant',
    text: 'true && resul[0] > 3',
    want: 'assay: unknown name resul (1:9) (did you mean "result"?)\n  true && resul[0] > 3\n          ^',
  },
  {
    name: 'a type that cannot be',
    text: 'result > "x"',
    want: expect.stringMatching(/^assay: invalid operation: > .*\n {2}result > "x"\n {9}\^$/),
  },
  {
    name: 'an error at run time',
    text: 'result[7]',
    want: expect.stringMatching(/out of range.*\n {2}result\[7\]\n {8}\^$/),
  },
  {
    name: 'an error in the second line',
    text: 'true\n && resul',
    want: expect.stringMatching(/\n {3}&& resul\n {6}\^$/),
  },
])('a caret under $name: exit 2', async ({ text, want }) => {
  expect(await evaluate([text, '-r', '[1]'])).toEqual({ code: 2, out: '', err: want });
});

test.each([
  { name: 'no JSON', args: ['true', '-r', '{'] },
  { name: 'an unknown type', args: ['true', '-t', 'matrix'] },
  { name: 'no expression', args: [] },
])('$name: exit 64', async ({ args }) => {
  expect(await evaluate(args)).toMatchObject({ code: 64, out: '' });
});
