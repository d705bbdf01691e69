import { expect, test } from 'vitest';
import type { Measurement } from '../../../lib/model/analysis-run.ts';
import { aRun } from '../../builders.ts';
import { check } from './check.ts';
import type { Asked } from './counting-proxy.ts';
import type { Disturbance } from './disturbances.ts';

// What chaos is looked through for is found: each of the faults that it knows, and no other.

const OPTIONS = { runs: 1, experiments: 0, count: 3, intervalSeconds: 2, address: 'http://p' };

const asked = (value: number, atMs: number, more: Partial<Asked> = {}): Asked => ({
  value,
  run: 'run-0',
  atMs,
  endedMs: atMs + 10,
  ...more,
});

interface Row {
  readonly name: string;
  readonly values?: readonly number[];
  readonly phase?: 'Successful' | 'Error';
  readonly requests?: readonly Asked[];
  readonly disturbances?: readonly Disturbance[];
  readonly faults: readonly string[];
}

const GOOD = [asked(1, 0), asked(2, 2000), asked(3, 4000)];
const killed = (fromMs: number, toMs = fromMs + 1000): Disturbance => ({ what: 'serve killed', fromMs, toMs });
const set = (fromMs: number, toMs = fromMs + 1000): Disturbance => ({ what: 'clock set', fromMs, toMs });
const AGAIN = [asked(1, 0), asked(4, 2000), asked(2, 2500), asked(3, 4500)];

test.each<Row>([
  { name: 'all went well', faults: [] },
  { name: 'a run that ended otherwise', phase: 'Error', faults: ['each ended as it should'] },
  { name: 'a measurement too few', values: [1, 2], faults: ['each ended as it should', 'asked for and not recorded'] },
  {
    name: 'a measurement that nobody asked for',
    values: [1, 2, 7],
    faults: ['each measurement was asked for', 'asked for and not recorded'],
  },
  {
    name: 'a measurement of another run',
    requests: [asked(1, 0), asked(2, 2000, { run: 'run-1' }), asked(3, 4000)],
    faults: ['each measurement was asked for'],
  },
  {
    name: 'a measurement that stands twice',
    values: [1, 2, 2],
    faults: ['none was recorded twice', 'all in their order', 'none sooner than 1 s', 'asked for and not recorded'],
  },
  { name: 'a wrong order', values: [2, 1, 3], faults: ['all in their order', 'none sooner than 1 s'] },
  { name: 'a request that came to nothing', requests: AGAIN, faults: ['asked for and not recorded'] },
  { name: 'the same around a kill', requests: AGAIN, disturbances: [killed(2005)], faults: [] },
  {
    name: 'the same long before one',
    requests: AGAIN,
    disturbances: [killed(9000)],
    faults: ['asked for and not recorded'],
  },
  {
    name: 'a measurement that came too soon',
    requests: [asked(1, 0), asked(2, 900), asked(3, 4000)],
    faults: ['none sooner than 1 s'],
  },
  {
    name: 'the same after a restart',
    requests: [asked(1, 0), asked(2, 900), asked(3, 4000)],
    disturbances: [killed(100)],
    faults: ['none sooner than 1 s'],
  },
  {
    name: 'the same after a restart by another clock',
    requests: [asked(1, 0), asked(2, 900), asked(3, 4000)],
    disturbances: [killed(100), set(50)],
    faults: [],
  },
])('$name', ({ values = [1, 2, 3], phase = 'Successful', requests = GOOD, disturbances = [], faults }) => {
  const measurements: Measurement[] = values.map((value) => ({ phase: 'Successful', value: `[${value}]` }));
  const result = { name: 'counted', phase, count: values.length, successful: values.length, measurements };
  const run = aRun({ metadata: { name: 'run-0' }, status: { phase, metricResults: [result] } });
  const found = check({ runs: [run], experiments: [] }, requests, disturbances, OPTIONS);
  const wrong = found.filter((each) => each.faults.length > 0).map(({ what }) => what);
  expect(wrong.map((what) => faults.find((fault) => what.startsWith(fault)) ?? what).toSorted()).toEqual(
    faults.toSorted(),
  );
});
