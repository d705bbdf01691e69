import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findingsInWorkflows, workflows } from './check.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const parsed = workflows().map((path) => ({
  name: basename(path),
  text: readFileSync(path, 'utf8'),
  workflow: parse(readFileSync(path, 'utf8')) as Workflow,
}));
const jobs = parsed.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ name: `${name}: ${id}`, job })),
);
const steps = jobs.flatMap(({ name, job }) => (job.steps ?? []).map((step) => ({ name, step })));

/** Scripts of package.json that a text calls. */
function scriptsIn(text: string): readonly string[] {
  const named = [...text.matchAll(/\bnpm run (?:(?:--silent|-s) )?([\w:-]+)/g)].map(([, script = '']) => script);
  return /\bnpm start\b/.test(text) ? [...named, 'start'] : named;
}

describe('what is said to be run is there to be run', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  test.each([
    ...parsed.map(({ name, text }) => ({ name, text })),
    ...['CONTRIBUTING.md', '.github/pull_request_template.md', 'docs/versions.md', '.ci/run'].map((name) => ({
      name,
      text: read(name),
    })),
  ])('in $name', ({ text }) => {
    const called = scriptsIn(text);
    expect(called).not.toEqual([]);
    expect(called.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('and files that workflows call are files', () => {
    const called = steps.flatMap(({ step }) => [...(step.run ?? '').matchAll(/(?:^|\s)(\.?[\w-]+\/[\w./-]*run)\b/g)]);
    expect(called.map(([, file = '']) => read(file).split('\n')[0])).toEqual(['#!/usr/bin/env bash']);
  });
});

describe('workflows', () => {
  test.each(steps.filter(({ step }) => step.uses !== undefined))('$name pins $step.uses by its commit', ({ step }) => {
    expect(step.uses).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
    // And says which release that is, as a comment.
    expect(parsed.some(({ text }) => new RegExp(`${step.uses} # v\\d+\\.\\d+\\.\\d+\n`).test(text))).toBe(true);
  });

  test.each(steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@')))(
    '$name leaves no credentials in its checkout',
    ({ step }) => {
      expect(step.with).toMatchObject({ 'persist-credentials': false });
    },
  );

  test.each(jobs.filter(({ job }) => job.uses === undefined))('$name ends, whatever happens', ({ job }) => {
    expect(job['timeout-minutes']).toBeGreaterThan(0);
    expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
  });

  test.each(parsed)('$name may nothing but read, unless a job says so', ({ workflow: { permissions } }) => {
    expect(permissions).toBeDefined();
    expect(Object.values(permissions ?? {}).filter((one) => one !== 'read')).toEqual([]);
  });

  test('no script has anything of an expression in its text: values come by the environment', () => {
    expect(steps.filter(({ step }) => step.run?.includes('${{')).map(({ step }) => step.run)).toEqual([]);
  });
});

describe('actionlint', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-workflows-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const ours = await findingsInWorkflows(workflows());

  test.skipIf(ours === undefined)('finds nothing here, and what is wrong where something is', async () => {
    expect(ours).toEqual([]);
    const [{ text } = { text: '' }] = parsed;
    const planted = join(folder, 'planted.yml');
    writeFileSync(planted, text.replace('needs:', 'need:').replace('github.ref', 'github.reff'));
    const found = await findingsInWorkflows([planted]);
    expect(found?.join('\n')).toMatch(/property "reff" is not defined/);
  });
});
