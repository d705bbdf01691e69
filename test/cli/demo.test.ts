import { expect, test, vi } from 'vitest';
import * as demo from '../../lib/cli/demo.ts';
import type * as Examples from '../../lib/cli/examples.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aConsole } from './console.ts';

// The same templates, but in a hurry.
vi.mock('../../lib/cli/examples.ts', async (importOriginal) => {
  const { EXAMPLES } = await importOriginal<typeof Examples>();
  const hurried = Object.entries(EXAMPLES).map(([name, text]) => [
    name,
    text.replaceAll(/interval: \d+s/g, 'interval: 1ms'),
  ]);
  return { EXAMPLES: Object.fromEntries(hurried) as typeof EXAMPLES };
});

// Nearly all of it is waiting.
test.concurrent.each([{ isTerminal: false }, { isTerminal: true }])(
  'all end as they should: %o',
  async ({ isTerminal }) => {
    const console = aConsole({ isTerminal, env: { PATH: process.env['PATH'] } });
    const code = await runProgram(['demo'], { demo: async () => demo }, console);
    const { out, err } = console.written;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [, table = ''] = out.split('$ kubectl get ar\n');
    expect(table.replaceAll(/ +\d+s\n/g, '\n')).toMatch(
      /^NAME +STATUS +AGE\nsuccess-rate +Successful\nerror-budget +Failed\nhealth-page +Inconclusive\nsmoke-test +Successful\n\nTry next:\n/,
    );
    expect(out).toMatch(/^cart +Rollout +✔ Healthy +step 4\/4$/m);
    expect(out).toMatch(/^search +Rollout +✖ Degraded +step 0\/4 +RolloutAborted: /m);
    expect(out).toContain('smoke-test/smoke-test | GET /order/42: 200\n');
  },
);
