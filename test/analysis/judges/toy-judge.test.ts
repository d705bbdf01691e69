import { expect, test, vi } from 'vitest';
import type * as Registry from '../../../lib/analysis/judges/registry.ts';
import { aMetric, aRun } from '../../builders.ts';
import { openWorld } from '../../world.ts';

// A judge is a file and a line. This is the line; nothing else knows of toys.
vi.mock('../../../lib/analysis/judges/registry.ts', async (importOriginal) => {
  const { JUDGES } = await importOriginal<typeof Registry>();
  const { toy } = await import('./toy.ts');
  return { JUDGES: { toy, ...JUDGES } };
});

test('a toy judge has the verdict of its metrics, sees what they came to before, and conditions have the others', async () => {
  const answers = ['1', '2', '1'];
  const world = openWorld({ http: async () => ({ status: 200, headers: {}, body: answers[0] ?? '' }) });
  const web = { provider: { web: { url: 'http://toys.example.com' } }, interval: '5s', count: 3 };
  const metrics = [
    aMetric({ ...web, name: 'growing-sales', successCondition: 'false', failureLimit: 2 }),
    aMetric({ ...web, name: 'other', successCondition: 'result >= 1' }),
  ];
  const ref = await world.create(aRun({ spec: { metrics } }));
  for (; answers.length > 0; answers.shift()) {
    await world.step(ref);
    world.nowMs += 6000;
  }

  const run = await world.memory.get('AnalysisRun', ref);
  const phases = run?.status?.metricResults?.map(({ measurements = [] }) => measurements.map(({ phase }) => phase));
  expect(phases).toEqual([
    ['Successful', 'Successful', 'Failed'],
    ['Successful', 'Successful', 'Successful'],
  ]);
  expect(run?.status?.metricResults?.[0]?.measurements?.[2]?.message).toBe('1 after 2, a json');
});
