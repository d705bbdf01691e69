import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findCircles, type ImportGraph, importsOf, readImportGraph } from './import-graph.ts';
import { REGISTRIES, ROOMS } from './import-rules.ts';

const graph = await readImportGraph(process.cwd());

/** The rule that a file follows: that of its own folder, or of the nearest one around it. */
function roomOf(file: string): string | undefined {
  const folders = file.split('/').slice(0, -1);
  return folders.map((_, index) => folders.slice(0, folders.length - index).join('/')).find((each) => each in ROOMS);
}

/** What is wrong with one import; undefined: nothing. */
function complaintOf(file: string, imported: string): string | undefined {
  const room = roomOf(file);
  const rule = room === undefined ? undefined : ROOMS[room];
  if (room === undefined || rule === undefined || room === 'lib')
    return `${file}: no row in test/import-rules.ts says what its folder may import`;
  const isFile = imported.endsWith('.ts') || imported.endsWith('.json');
  const isAllowed = isFile
    ? roomOf(imported) === room || rule.imports.some((each) => covers(each, imported))
    : (rule.packages ?? []).some((each) => imported === each || (each === 'node:' && imported.startsWith('node:')));
  return isAllowed ? undefined : `${file} imports ${imported}: ${rule.instead}`;
}

/** A rule opens a folder with what is inside it; a named file opens that file alone. */
function covers(allowed: string, imported: string): boolean {
  return imported === allowed || imported.startsWith(`${allowed}/`);
}

function complaintsOf(whole: ImportGraph): string[] {
  return [...whole].flatMap(([file, imports]) => imports.flatMap((imported) => complaintOf(file, imported) ?? []));
}

/** Entries of a table that are imported by somebody else than the table. */
function gatecrashersOf(whole: ImportGraph, folder: string): string[] {
  const table = `${folder}/registry.ts`;
  const entries = new Set(
    (whole.get(table) ?? []).filter((file) => file.startsWith(`${folder}/`) && !file.startsWith(`${folder}/facts/`)),
  );
  return [...whole].flatMap(([file, imports]) =>
    file === table
      ? []
      : imports.filter((each) => entries.has(each)).map((each) => `${file} imports ${each}: ask ${table} for it`),
  );
}

test('every import goes where its folder may go', () => {
  expect(complaintsOf(graph)).toEqual([]);
});

test('no file reaches itself, not even by types', () => {
  expect(findCircles(graph)).toEqual([]);
});

test.each(REGISTRIES)('%s: only the table knows what stands in it', (folder) => {
  expect(graph.has(`${folder}/registry.ts`)).toBe(true);
  expect(gatecrashersOf(graph, folder)).toEqual([]);
});

test.each(Object.keys(ROOMS))('%s is there', (folder) => {
  expect(existsSync(folder)).toBe(true);
});

describe('what would be wrong is found', () => {
  const rows: readonly { file: string; imports: string; says: string | undefined }[] = [
    {
      file: 'lib/model/run.ts',
      imports: "import type { A } from '../analysis/assess.ts';",
      says: 'words of the domain',
    },
    { file: 'lib/model/providers/web.ts', imports: "import { z } from 'zod';", says: undefined },
    {
      file: 'lib/model/providers/web.ts',
      imports: "import { a } from '../../analysis/assess.ts';",
      says: 'words of the domain',
    },
    { file: 'lib/expression/lex.ts', imports: "import { readFileSync } from 'node:fs';", says: 'it is pure' },
    { file: 'lib/expression/go/time.ts', imports: "import { a } from '../../model/errors.ts';", says: undefined },
    { file: 'lib/expression/go/time.ts', imports: "import { a } from '../../runtime/step.ts';", says: 'it is pure' },
    { file: 'lib/analysis/judges/compare.ts', imports: "import { a } from '../../model/errors.ts';", says: undefined },
    { file: 'lib/analysis/judges/compare.ts', imports: "import { a } from '../assess.ts';", says: undefined },
    { file: 'lib/analysis/assess.ts', imports: "import('../runtime/step.ts')", says: 'it is pure' },
    { file: 'lib/analysis/assess.ts', imports: "import axios from 'axios';", says: 'it is pure' },
    {
      file: 'lib/rollout/routers/istio.ts',
      imports: "import { a } from '../../clusters/memory/store.ts';",
      says: 'it is pure',
    },
    { file: 'lib/workload/quantity.ts', imports: "import { a } from '../experiment/scale.ts';", says: 'it is pure' },
    {
      file: 'lib/providers/sub/web.ts',
      imports: "import { a } from '../../http/open-http.ts';",
      says: 'through its context',
    },
    { file: 'lib/providers/web.ts', imports: "import { a } from '../sinks/http.ts';", says: 'through its context' },
    { file: 'lib/queues/sub/sqs.ts', imports: "import { a } from '../../runtime/step.ts';", says: 'a backend' },
    { file: 'lib/queues/sqs.ts', imports: "import { a } from '../schedule/plan.ts';", says: 'a backend' },
    { file: 'lib/sinks/http.ts', imports: "import { a } from '../documents/ssm.ts';", says: 'a backend' },
    { file: 'lib/documents/ssm.ts', imports: "import { a } from '../sinks/http.ts';", says: 'a backend' },
    { file: 'lib/kinds/run.ts', imports: "import { a } from '../sinks/log.ts';", says: 'through the ports' },
    { file: 'lib/kinds/run.ts', imports: "import { a } from '../webhook/review.ts';", says: 'through the ports' },
    { file: 'lib/clusters/api/kubernetes.ts', imports: "import k from '@kubernetes/client-node';", says: 'take' },
    { file: 'lib/clusters/access/kubeconfig.ts', imports: "import k from '@kubernetes/client-node';", says: undefined },
    {
      file: 'lib/clusters/store/cached.ts',
      imports: "import { a } from '../../experiment/scale.ts';",
      says: 'a store follows',
    },
    {
      file: 'lib/runtime/step.ts',
      imports: "import { a } from '../clusters/api/kubernetes.ts';",
      says: 'the loop knows',
    },
    { file: 'lib/runtime/step.ts', imports: "export { a } from '../serve/serve.ts';", says: 'the loop knows' },
    { file: 'lib/serve/serve.ts', imports: "import type { A } from '../aws/functions.ts';", says: 'strangers' },
    { file: 'lib/aws/functions.ts', imports: "import { a } from '../serve/serve.ts';", says: 'strangers' },
    { file: 'lib/aws/functions.ts', imports: "const a = await import('../local/jobs.ts');", says: 'strangers' },
    { file: 'lib/webhook/review.ts', imports: "import { a } from '../kinds/registry.ts';", says: 'kinds/facts/' },
    { file: 'lib/webhook/review.ts', imports: "import { a } from '../kinds/facts/registry.ts';", says: undefined },
    { file: 'lib/kinds/facts/run.ts', imports: "import { a } from '../../analysis/due.ts';", says: 'facts are data' },
    { file: 'lib/http/open-http.ts', imports: "import axios from 'axios';", says: undefined },
    { file: 'lib/serve/serve.ts', imports: "import axios from 'axios';", says: 'strangers' },
    { file: 'lib/cli/run.ts', imports: "import { a } from '../../test/builders.ts';", says: 'a command' },
    { file: 'lib/cli/run.ts', imports: "import { a } from '../runtime/step.ts';", says: undefined },
    {
      file: 'functions/on-message.ts',
      imports: "import { a } from '../lib/clusters/registered.ts';",
      says: 'fifteen lines',
    },
    { file: 'lib/utils/strings.ts', imports: "import { a } from '../model/errors.ts';", says: 'no row' },
  ];

  const complaintsFor = ({ file, imports }: (typeof rows)[number]) =>
    complaintsOf(new Map([[file, importsOf(file, imports)]]));

  test.each(rows.filter(({ says }) => says === undefined))('$file may: $imports', (row) => {
    expect(importsOf(row.file, row.imports)).toHaveLength(1);
    expect(complaintsFor(row)).toEqual([]);
  });

  test.each(rows.filter(({ says }) => says !== undefined))('$file: $imports → $says', (row) => {
    expect(complaintsFor(row)).toEqual([expect.stringContaining(row.says ?? '')]);
  });

  test('circles, of three files too', () => {
    const circle = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts', 'd.ts']],
      ['c.ts', ['a.ts']],
      ['d.ts', []],
    ]);
    expect(findCircles(circle).map((files) => files.toSorted())).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  });

  test('who goes past a table', () => {
    const planted = new Map([
      ['lib/providers/registry.ts', ['lib/providers/web.ts', 'lib/providers/job.ts', 'lib/model/errors.ts']],
      ['lib/providers/web.ts', ['lib/providers/job.ts']],
    ]);
    expect(gatecrashersOf(planted, 'lib/providers')).toHaveLength(1);
  });
});
