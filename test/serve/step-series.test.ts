import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { familyHead } from '../../lib/serve/exposition.ts';
import { stepSeries } from '../../lib/serve/step-series.ts';

const labelNames = ['cluster', 'namespace', 'name'] as const;
const object = fc.record({
  cluster: fc.constantFrom('c1', 'c"2'),
  namespace: fc.constantFrom('shop', 'web'),
  name: fc.constantFrom('one', 'two'),
});
const seconds = fc.oneof(fc.constantFrom(0, 0.01, 0.15, 1, 1.5), fc.double({ min: 0, max: 3, noNaN: true }));
const happening = fc.oneof(
  fc.record({ is: fc.constant('took' as const), object, seconds }),
  fc.record({ is: fc.constant('failed' as const), object }),
  fc.record({ is: fc.constant('forget' as const), object }),
);

test('whatever happens, the series are those of a histogram and a counter of prom-client', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
      const register = new Registry();
      const registers = [register];
      const ours = stepSeries({ name: 'experiment', phases: [] });
      const [first, second] = ours.families;
      const took = new Histogram({
        name: 'experiment_reconcile',
        help: first?.help ?? '',
        labelNames,
        buckets: [0.01, 0.15, 0.25, 0.5, 1],
        registers,
      });
      const failed = new Counter({
        name: 'experiment_reconcile_error',
        help: second?.help ?? '',
        labelNames,
        registers,
      });
      for (const each of happenings) {
        if (each.is === 'took') {
          ours.took(each.object, each.seconds);
          took.observe(each.object, each.seconds);
        } else if (each.is === 'failed') {
          ours.failed(each.object);
          failed.inc(each.object);
        } else {
          ours.forget(each.object);
          took.remove(each.object);
          failed.remove(each.object);
        }
      }
      const page = ours.families.map((family) => [familyHead(family), ...family.texts()].join('')).join('\n');
      expect(page).toBe(await register.metrics());
    }),
  );
});
