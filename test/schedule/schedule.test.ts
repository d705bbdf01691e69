import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../lib/model/problem.ts';
import { hasSchedule, readSchedule } from '../../lib/schedule/schedule.ts';
import { aMetric, aTemplate } from '../builders.ts';
import { aScheduled, aScheduledOfCluster, type ScheduleParts } from './templates.ts';

const said = (parts: ScheduleParts, spec?: Parameters<typeof aScheduled>[1]) => {
  const { schedule, problems } = readSchedule(aScheduled(parts, spec));
  return { isRead: schedule !== undefined, says: problems.map((each) => `${each.severity}: ${formatProblem(each)}`) };
};
const at = (part: string) => `metadata.annotations["assay.dev/schedule${part}"]`;

test('what is not said is as a CronJob has it, but for concurrency, history of failures and the time zone', () => {
  const { schedule, problems } = readSchedule(aScheduled({ '': '@hourly' }));
  expect(problems).toEqual([]);
  expect(schedule).toMatchObject({
    timeZone: 'UTC',
    args: {},
    concurrency: 'Forbid',
    history: { successful: 3, failed: 1 },
    startingDeadlineMs: Infinity,
    isSuspended: false,
    until: undefined,
  });
});

test('everything can be said', () => {
  const parts = {
    '': '30 3 * * mon-fri',
    'time-zone': 'Europe/Berlin',
    args: '{"service":"checkout"}',
    concurrency: 'Replace',
    history: 'failed=5, successful=0',
    'starting-deadline': '1h30m',
    suspend: 'true',
    until: '2026-12-24T18:00:00+01:00',
  };
  const spec = { metrics: [aMetric()], args: [{ name: 'service' }] };
  const { schedule, problems } = readSchedule(aScheduled(parts, { spec }));
  expect(problems).toEqual([]);
  expect(schedule).toMatchObject({
    text: '30 3 * * mon-fri',
    timeZone: 'Europe/Berlin',
    args: { service: 'checkout' },
    concurrency: 'Replace',
    history: { successful: 0, failed: 5 },
    startingDeadlineMs: 5_400_000,
    isSuspended: true,
    until: new Date('2026-12-24T17:00:00Z'),
  });
});

test('a template without annotations has no schedule, and nothing is wrong with it', () => {
  expect(hasSchedule(aTemplate())).toBe(false);
  expect(readSchedule(aTemplate())).toEqual({ schedule: undefined, problems: [] });
});

test.each([
  {
    name: 'a field out of bounds',
    parts: { '': '61 * * * *' },
    says: `${at('')}: "61 * * * *": minute: expected 0 to 59, got 61`,
  },
  {
    name: 'a Sunday of other crons',
    parts: { '': '0 0 * * 7' },
    says: `${at('')}: "0 0 * * 7": day of the week: expected 0 to 6, got 7; Sunday is 0 in a CronJob, or sun`,
  },
  {
    name: 'an extension of other crons',
    parts: { '': '0 0 L * *' },
    says: 'L, W and # are not known, as in a CronJob',
  },
  {
    name: 'seconds',
    parts: { '': '0 0 0 * * *' },
    says: 'expected 5 fields, got 6; minute, hour, day of the month, month, day of the week',
  },
  { name: '@every', parts: { '': '@every 15m' }, says: '@every is not known; write rate(15 minutes)' },
  {
    name: 'a rate of seconds',
    parts: { '': 'rate(30 seconds)' },
    says: `${at('')}: "rate(30 seconds)": no rate; write rate(N minutes)`,
  },
  {
    name: 'a time zone in the schedule',
    parts: { '': 'TZ=Europe/Berlin @daily' },
    says: 'put it into assay.dev/schedule-time-zone',
  },
  {
    name: 'an unknown time zone',
    parts: { '': '@daily', 'time-zone': 'Europe/Berln' },
    says: `${at('-time-zone')}: "Europe/Berln": unknown time zone; did you mean Europe/Berlin?`,
  },
  {
    name: 'the time zone of whoever runs it',
    parts: { '': '@daily', 'time-zone': 'Local' },
    says: 'unknown time zone',
  },
  {
    name: 'an offset',
    parts: { '': '@daily', 'time-zone': '+01:00' },
    says: 'unknown time zone; write an IANA name such as Europe/Berlin, or UTC',
  },
  {
    name: 'a wrong word',
    parts: { '': '@daily', concurrency: 'forbid' },
    says: `${at('-concurrency')}: "forbid": unknown word (did you mean "Forbid"?); known: Allow, Forbid, Replace`,
  },
  {
    name: 'a wrong limit',
    parts: { '': '@daily', history: 'successful=3,failed=many' },
    says: 'no limits; write successful=3,failed=1',
  },
  {
    name: 'a duration without a unit',
    parts: { '': '@daily', 'starting-deadline': '600' },
    says: 'give it a unit: "600s"',
  },
  {
    name: 'no time at all',
    parts: { '': '@daily', 'starting-deadline': '0s' },
    says: 'expected a duration of more than nothing',
  },
  {
    name: 'a wrong flag',
    parts: { '': '@daily', suspend: 'yes' },
    says: `${at('-suspend')}: "yes": expected "true" or "false"`,
  },
  {
    name: 'a day for a time',
    parts: { '': '@daily', until: '2026-12-24' },
    says: 'expected a time; write it as 2026-12-31T23:59:59Z',
  },
  { name: 'a time that is none', parts: { '': '@daily', until: '2026-13-24T00:00:00Z' }, says: 'expected a time' },
  {
    name: 'arguments that are no JSON',
    parts: { '': '@daily', args: 'service=checkout' },
    says: `${at('-args')}: expected a JSON object; write {"name": "value"}`,
  },
  {
    name: 'arguments that are no object',
    parts: { '': '@daily', args: '["checkout"]' },
    says: 'expected a JSON object',
  },
  {
    name: 'an argument that is no text',
    parts: { '': '@daily', args: '{"a": 1}' },
    says: '"a": expected a string; put the value in quotes',
  },
  {
    name: 'an argument that is not declared',
    parts: { '': '@daily', args: '{"servce": "x"}' },
    says: 'unknown argument "servce"',
  },
])('$name is an error', ({ parts, says }) => {
  const found = said(parts);
  expect(found.isRead).toBe(false);
  expect(found.says.join('\n')).toContain(says);
  expect(found.says.join('\n')).toMatch(/^error: /);
});

test('values of arguments are shown nowhere', () => {
  for (const args of ['{"token": "s3cret', '{"other": "s3cret"}', '{"token": 53}', 's3cret']) {
    expect(said({ '': '@daily', args }).says.join()).not.toMatch(/s3cret|53/);
  }
});

const spec = (args: NonNullable<Parameters<typeof aTemplate>[0]>['spec']) => ({
  spec: { metrics: [aMetric()], ...args },
});

describe('arguments without a value', () => {
  test('are an error', () => {
    expect(said({ '': '@daily' }, spec({ args: [{ name: 'service' }] }))).toEqual({
      isRead: false,
      says: [`error: ${at('-args')}: argument "service" has no value; write {"service": "value"}`],
    });
  });
  test('that come from a Rollout too', () => {
    const args = [{ name: 'region', valueFrom: { fieldRef: { fieldPath: "metadata.labels['region']" } } }];
    expect(said({ '': '@daily' }, spec({ args })).says.join()).toContain('would come from a Rollout');
  });
  test.each([
    { name: 'a default', args: [{ name: 'service', value: '' }] },
    { name: 'a Secret', args: [{ name: 'service', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
  ])('$name is a value', ({ args }) => expect(said({ '': '@daily' }, spec({ args })).isRead).toBe(true));
  test('may come from templates that are referred to', () => {
    const templates = [{ templateName: 'other' }];
    expect(said({ '': '@daily', args: '{"b": "1"}' }, spec({ args: [{ name: 'a' }], templates })).isRead).toBe(true);
  });
});

const readNamespaces = (namespaces: string) => readSchedule(aScheduledOfCluster({ '': '@daily', namespaces }));

describe('namespaces', () => {
  test.each([
    { text: 'shop', want: { names: ['shop'] } },
    { text: 'shop, checkout,shop', want: { names: ['shop', 'checkout'] } },
    { text: 'team=web', want: { selector: 'team=web' } },
    { text: 'team in (web, api),!legacy', want: { selector: 'team in (web, api),!legacy' } },
    { text: 'kubernetes.io/metadata.name', want: { selector: 'kubernetes.io/metadata.name' } },
  ])('"$text"', ({ text, want }) => expect(readNamespaces(text).schedule?.namespaces).toEqual(want));
  test.each(['', 'team=', 'team==web=api', 'Shop Floor'])('"%s" is neither', (text) => {
    const isSelector = text === 'team='; // The label with nothing in it.
    expect(readNamespaces(text).schedule === undefined).toBe(!isSelector);
  });
  test('a ClusterAnalysisTemplate needs them', () => {
    const [problem] = readSchedule(aScheduledOfCluster({ '': '@daily' })).problems;
    expect(problem && formatProblem(problem)).toContain(
      `${at('-namespaces')}: required, but missing; name the namespaces`,
    );
  });
  test('an AnalysisTemplate does not', () => {
    const found = said({ '': '@daily', namespaces: 'shop' });
    expect(found).toMatchObject({ isRead: true, says: [expect.stringContaining('warning: ')] });
  });
});

test('an annotation that is nearly one of them is shown', () => {
  expect(said({ '': '@daily', timezone: 'UTC' })).toEqual({
    isRead: true,
    says: [
      expect.stringContaining(`${at('-timezone')}: unknown annotation (did you mean "assay.dev/schedule-time-zone"?)`),
    ],
  });
  expect(said({ suspend: 'true' })).toEqual({ isRead: false, says: [expect.stringContaining('there is no schedule')] });
});

test('a template that cannot be read otherwise does no harm', () => {
  for (const odd of [null, {}, { args: {} }, { args: [null, 1, {}] }, { args: 'x', templates: 'y' }]) {
    const template = { ...aScheduled({ '': '@daily', args: '{}' }), spec: odd } as ReturnType<typeof aScheduled>;
    expect(() => readSchedule(template)).not.toThrow();
  }
});

test('whatever the annotations say, they are read or refused with a path, and never thrown over', () => {
  const names = [
    '',
    'time-zone',
    'args',
    'namespaces',
    'concurrency',
    'history',
    'starting-deadline',
    'suspend',
    'until',
  ];
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('@daily', '{}', 'true', '10m', 'UTC', 'rate(1 day)', 'a=b', '{"a":'),
  );
  const parts = fc.dictionary(fc.constantFrom(...names), text).map((some) => ({ '': '@daily', ...some }));
  fc.assert(
    fc.property(parts, (some) => {
      for (const template of [aScheduled(some), aScheduledOfCluster(some)]) {
        const { schedule, problems } = readSchedule(template);
        const hasErrors = problems.some(({ severity }) => severity === 'error');
        expect(schedule === undefined).toBe(hasErrors);
        expect(problems.every(({ path }) => path.startsWith('metadata.annotations["assay.dev/schedule'))).toBe(true);
      }
    }),
  );
});
