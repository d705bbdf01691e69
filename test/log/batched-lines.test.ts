import { execFileSync } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { batchedLines } from '../../lib/log/batched-lines.ts';

test('lines of one turn of the event loop are one write, in their order', async () => {
  const written: string[] = [];
  const lines = batchedLines((text) => written.push(text));
  lines.write('one\n');
  lines.write('two\n');
  expect(written).toEqual([]);
  await turn();
  lines.write('three\n');
  await turn();
  expect(written).toEqual(['one\ntwo\n', 'three\n']);
  expect(process.listeners('exit').filter(({ name }) => name === 'flush')).toEqual([]);
});

test.each([
  { name: 'ends itself', end: 'process.exit(3)' },
  { name: 'ends by an error that nobody catches', end: "throw new Error('bug')" },
])('a process that $name has written all its lines', ({ end }) => {
  const file = new URL('../../lib/log/batched-lines.ts', import.meta.url).href;
  const script = `
    const { batchedLines } = await import(${JSON.stringify(file)});
    const lines = batchedLines((text) => process.stdout.write(text));
    for (let line = 1; line <= 1000; line += 1) lines.write('line ' + line + '\\n');
    ${end};
  `;
  const run = `(${process.execPath} --input-type=module --eval "$1" || true) 2>/dev/null`;
  const output = execFileSync('sh', ['-c', run, 'sh', script], { encoding: 'utf8' });
  expect(output.trimEnd().split('\n')).toEqual(Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`));
});
