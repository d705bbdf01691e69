import { expect, test } from 'vitest';
import type { Output } from '../../lib/cli/console.ts';
import { liveScreen } from '../../lib/cli/live-screen.ts';

const paint = (_style: unknown, text: string): string => text;

/** What a terminal of a few rows shows after what was written to it. */
function aTerminal(rows: number): { output: Output; shown: () => string[] } {
  let lines = [''];
  const write = (text: string) => {
    for (const [index, part] of text.split('\u001b[').entries()) {
      const [code = ''] = index === 0 ? [] : (/^(?:\d+A|J|\?25[lh])/.exec(part) ?? ['not understood']);
      const up = code.endsWith('A') ? Math.min(Number.parseInt(code, 10), rows - 1) : 0;
      if (up > 0) lines = [...lines.slice(0, -1 - up), ''];
      const [first = '', ...more] = part.slice(code.length).replaceAll('\r', '').split('\n');
      lines = [...lines.slice(0, -1), (lines.at(-1) ?? '') + first, ...more];
    }
  };
  const output: Output = { write, isTerminal: true, columns: () => 80, rows: () => rows, paint };
  return { output, shown: () => lines.slice(0, -1) };
}

test('what is drawn takes the place of what was drawn; what is printed stays above', () => {
  const { output, shown } = aTerminal(24);
  const screen = liveScreen(output);
  screen.draw(['a', 'b']);
  screen.print('note');
  screen.draw(['c']);
  screen.close(['c']);
  expect(shown()).toEqual(['note', 'c']);
});

test('of more lines than the terminal is high the last are shown, and all of them at the end', () => {
  const { output, shown } = aTerminal(3);
  const screen = liveScreen(output);
  screen.draw(['a', 'b', 'c', 'd']);
  screen.draw(['a', 'b', 'c', 'e']);
  expect(shown()).toEqual(['c', 'e']);
  screen.close(['a', 'b', 'c', 'f']);
  expect(shown()).toEqual(['a', 'b', 'c', 'f']);
});
