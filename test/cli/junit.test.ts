import { expect, test } from 'vitest';
import { junitReport } from '../../lib/cli/junit.ts';
import { aMeasurement, aResult, aRun } from '../builders.ts';

test('a suite a run, a case a metric', () => {
  const run = aRun({
    metadata: { name: 'r<1>' },
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
  <testsuite name="r&lt;1&gt;" tests="6" failures="1" errors="2" skipped="2" time="30" timestamp="2026-11-05T10:00:00Z">
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
  </testsuite>
</testsuites>
`);
});

test('a run that measured nothing is a case of its own', () => {
  const report = junitReport([aRun({ status: { phase: 'Error', message: 'no metrics specified' } })]);
  expect(report).toContain('tests="1" failures="0" errors="1" skipped="0"');
  expect(report).toContain('<error type="Error" message="no metrics specified"/>');
});
