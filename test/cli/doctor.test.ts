import { describe, expect, test } from 'vitest';
import * as doctorFile from '../../lib/cli/doctor.ts';
import { nextSteps } from '../../lib/cli/doctor-advice.ts';
import { runProgram } from '../../lib/cli/program.ts';
import type { CheckArea, CheckResult } from '../../lib/doctor/check-result.ts';
import { aConsole } from './console.ts';

const ok: CheckResult = { area: 'machine', subject: 'Node', status: 'ok', message: 'm' };
const failing = (area: CheckArea): CheckResult => ({
  area,
  subject: 's',
  status: 'fail',
  message: 'm',
  mend: 'Mend it.',
});

describe('what to do next', () => {
  test.each([
    { name: 'this machine is mended first', here: [failing('machine')], contexts: [], want: ['Mend it.'] },
    {
      name: 'without a cluster there are files',
      here: [ok],
      contexts: [],
      want: [expect.stringMatching(/^assay run /)],
    },
    {
      name: 'the first thing that each context lacks',
      here: [ok],
      contexts: [
        { name: 'a', results: [failing('server')] },
        { name: 'b', results: [ok, failing('identity')] },
        { name: "it's", results: [ok, failing('rights'), failing('resources')] },
        { name: 'd', results: [ok, failing('rights')] },
        { name: 'e', results: [ok, failing('webhook')] },
        { name: 'f', results: [ok] },
      ],
      want: [
        expect.stringMatching(/^kubectl --context a version/),
        expect.stringMatching(/^kubectl --context b auth whoami/),
        String.raw`assay manifests --cluster 'it'\''s' | kubectl --context 'it'\''s' apply --server-side -f -`,
        expect.stringMatching(/^assay clusters check --kubeconfig FILE --context d /),
        'Mend what fails in e; then run assay doctor again.',
        'assay serve --context f',
      ],
    },
  ])('$name', ({ here, contexts, want }) => expect(nextSteps(here, contexts)).toEqual(want));
});

const doctor = async (...args: string[]) => {
  const console = aConsole();
  const code = await runProgram(['doctor', ...args], { doctor: async () => doctorFile }, console);
  return { code, ...console.written };
};

describe('assay doctor', () => {
  test('a kubeconfig that is not there: exit 1, and what to do', async () => {
    const { code, out } = await doctor('--kubeconfig', '/nonexistent/kubeconfig');
    expect(code).toBe(1);
    expect(out).toMatch(/^ok +Assay +\d/);
    expect(out).toMatch(/\nfail +kubeconfig +kubeconfig \/nonexistent\/kubeconfig: ENOENT/);
    expect(out).toMatch(/\nNext:\n {2}Give the file of a kubeconfig that has contexts\.\n$/);
  });

  test('the same as JSON', async () => {
    const { code, out } = await doctor('--kubeconfig', '/nonexistent/kubeconfig', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      results: [{ subject: 'Assay' }, { subject: 'Node', status: 'ok' }, { subject: 'kubeconfig', status: 'fail' }],
      clusters: [],
      next: ['Give the file of a kubeconfig that has contexts.'],
    });
  });
});
