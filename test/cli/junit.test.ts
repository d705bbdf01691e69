import { expect, test } from 'vitest';
import { junitReport } from '../../lib/cli/junit.ts';
import { aMeasurement, aMetric, aResult, aRun } from '../builders.ts';

test('a suite a run, a case a metric', () => {
  const run = aRun({
    metadata: { name: 'r<1>' },
    spec: { metrics: ['good', 'bad', 'odd', 'vague', 'dry', 'begun', 'late'].map((name) => aMetric({ name })) },
    status: {
      phase: 'Failed',
      startedAt: '2026-11-05T10:00:00Z',
      completedAt: '2026-11-05T10:00:30Z',
      metricResults: [
        aResult({ name: 'good', phase: 'Successful', measurements: [aMeasurement()] }),
        aResult({ name: 'bad', phase: 'Failed', measurements: [aMeasurement({ phase: 'Failed', value: '["a&b"]' })] }),
        aResult({ name: 'odd', phase: 'Error', message: 'no\n"host"\u0007' }),
        aResult({ name: 'vague', phase: 'Inconclusive', message: 'm' }),
        aResult({ name: 'dry', phase: 'Failed', message: 'm', dryRun: true }),
        aResult({ name: 'begun', phase: 'Running' }),
      ],
    },
  });
  expect(junitReport([run])).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="r&lt;1&gt;" tests="7" failures="1" errors="2" skipped="3" time="30" timestamp="2026-11-05T10:00:00Z">
    <testcase name="good" classname="r&lt;1&gt;" time="1">
      <system-out>2026-11-05T10:00:01Z Successful [1]</system-out>
    </testcase>
    <testcase name="bad" classname="r&lt;1&gt;" time="1">
      <failure type="Failed" message="2026-11-05T10:00:01Z Failed [&quot;a&amp;b&quot;]"/>
      <system-out>2026-11-05T10:00:01Z Failed [&quot;a&amp;b&quot;]</system-out>
    </testcase>
    <testcase name="odd" classname="r&lt;1&gt;" time="0">
      <error type="Error" message="no&#10;&quot;host&quot;\ufffd"/>
    </testcase>
    <testcase name="vague" classname="r&lt;1&gt;" time="0">
      <error type="Inconclusive" message="m"/>
    </testcase>
    <testcase name="dry" classname="r&lt;1&gt;" time="0">
      <skipped message="Failed: m"/>
    </testcase>
    <testcase name="begun" classname="r&lt;1&gt;" time="0">
      <skipped message="Running: Running"/>
    </testcase>
    <testcase name="late" classname="r&lt;1&gt;" time="0">
      <skipped message="Pending: never measured"/>
    </testcase>
  </testsuite>
</testsuites>
`);
});

test('a run that measured nothing is a case of its own', () => {
  const report = junitReport([aRun({ status: { phase: 'Error', message: 'no metrics specified' } })]);
  expect(report).toContain('tests="1" failures="0" errors="1" skipped="0"');
  expect(report).toContain('<error type="Error" message="no metrics specified"/>');
});

test('a run that was stopped is green only where it had come to its end', () => {
  const results = [
    aResult({ name: 'once-done', phase: 'Successful', count: 1, successful: 1 }),
    aResult({ name: 'all-done', phase: 'Successful', count: 3, successful: 3 }),
    aResult({ name: 'half-done', phase: 'Successful', count: 2, successful: 2 }),
    aResult({ name: 'endless', phase: 'Successful', count: 7, successful: 7 }),
    aResult({ name: 'only-errors', phase: 'Successful', error: 3 }),
    aResult({ name: 'bad', phase: 'Failed', count: 1, failed: 1, message: 'm' }),
  ];
  const run = aRun({
    spec: {
      terminate: true,
      args: [{ name: 'done', value: 'done' }],
      metrics: [
        aMetric({ name: 'once-{{args.done}}' }),
        aMetric({ name: 'all-done', count: 3, interval: '1s' }),
        aMetric({ name: 'half-done', count: '3', interval: '1s' }),
        aMetric({ name: 'endless', interval: '1s' }),
        aMetric({ name: 'only-errors' }),
        aMetric({ name: 'bad' }),
        aMetric({ name: 'never' }),
      ],
    },
    status: { phase: 'Successful', message: 'Run Terminated', metricResults: results },
  });
  const report = junitReport([run], true);
  expect(report).toContain('tests="7" failures="1" errors="0" skipped="4"');
  const outcomes = report.matchAll(
    /<testcase name="([^"]*)"[^>]*?(?:\/>|>\s*<(\w+) (?:type="\w+" )?message="([^"]*)")/g,
  );
  expect([...outcomes].map(([, name, element, message]) => [name, element, message])).toEqual([
    ['once-done', undefined, undefined],
    ['all-done', undefined, undefined],
    ['half-done', 'skipped', 'Interrupted: Run Terminated'],
    ['endless', 'skipped', 'Interrupted: Run Terminated'],
    ['only-errors', 'skipped', 'Interrupted: Run Terminated'],
    ['bad', 'failure', 'm'],
    ['never', 'skipped', 'Pending: never measured'],
  ]);
});

test('a run that was stopped before it measured anything has its metrics, none of them green', () => {
  const run = aRun({ spec: { terminate: true }, status: { phase: 'Successful', message: 'Run Terminated' } });
  expect(junitReport([run])).toContain('failures="0" errors="0" skipped="1"');
});
