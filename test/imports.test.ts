import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The direction of imports is checked by the linter (.oxlintrc.json). Here: that the rules bite.
const rows = [
  { file: 'lib/model/run.ts', imports: '../analysis/assess.ts', says: 'words of the domain' },
  { file: 'lib/model/run.ts', imports: 'zod', says: undefined },
  { file: 'lib/expression/lex.ts', imports: '../analysis/assess.ts', says: 'expression/ is pure' },
  { file: 'lib/expression/lex.ts', imports: 'node:fs', says: 'expression/ is pure' },
  { file: 'lib/expression/lex.ts', imports: 're2js', says: undefined },
  { file: 'lib/expression/go/time.ts', imports: '../../model/errors.ts', says: undefined },
  { file: 'lib/expression/go/time.ts', imports: '../../runtime/step.ts', says: 'expression/ is pure' },
  { file: 'lib/analysis/assess.ts', imports: '../runtime/step.ts', says: 'engines are pure' },
  { file: 'lib/analysis/assess.ts', imports: 'axios', says: 'engines are pure' },
  { file: 'lib/analysis/assess.ts', imports: '../expression/compile.ts', says: undefined },
  { file: 'lib/providers/web.ts', imports: '../runtime/http.ts', says: 'context.cluster' },
  { file: 'lib/providers/web.ts', imports: '../model/provider.ts', says: undefined },
  { file: 'lib/queues/sqs.ts', imports: '../clusters/memory.ts', says: 'queue backend' },
  { file: 'lib/sinks/http.ts', imports: '../runtime/http.ts', says: 'bus backend' },
  { file: 'lib/documents/ssm.ts', imports: '../clusters/registry.ts', says: 'registry backend' },
  { file: 'lib/schedule/plan.ts', imports: '../runtime/step.ts', says: 'schedule/ is pure' },
  { file: 'lib/schedule/plan.ts', imports: 'croner', says: undefined },
  { file: 'lib/webhook/review.ts', imports: '../buses/http.ts', says: 'takes its bus' },
  { file: 'lib/webhook/review.ts', imports: '../analysis/check.ts', says: undefined },
  { file: 'lib/clusters/api/kubernetes.ts', imports: '../runtime/http.ts', says: 'take http as an argument' },
  { file: 'lib/clusters/api/kubernetes.ts', imports: '@kubernetes/client-node', says: undefined },
  { file: 'lib/kinds/analysis-run.ts', imports: '../clusters/memory.ts', says: 'observes through the ports' },
  { file: 'lib/serve/serve.ts', imports: '../cli/main.ts', says: 'never imports the ways in' },
  { file: 'lib/serve/serve.ts', imports: 'axios', says: 'never imports the ways in' },
  { file: 'lib/aws/functions.ts', imports: '@aws-sdk/client-ssm', says: 'folders of their own' },
  { file: 'lib/clusters/access/eks.ts', imports: '@aws-sdk/client-sts', says: 'knows model/ only' },
  { file: 'lib/http/open-http.ts', imports: 'axios', says: undefined },
  { file: 'lib/cli/run.ts', imports: '../../test/builders.ts', says: 'never imports test/' },
].map((row, index) => ({ ...row, index }));

let folder: string;
let found: readonly { filename: string; help?: string; message: string }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-imports-'));
  // One tree a row, so that rows do not see each other.
  const runs = rows.map(async ({ file, imports, index }) => {
    const root = join(folder, String(index));
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync('.oxlintrc.json', join(root, '.oxlintrc.json'));
    writeFileSync(join(root, file), `import type { a } from '${imports}';\nexport type B = typeof a;\n`);
    return findings(root);
  });
  found = (await Promise.all(runs)).flatMap((list, index) => list.map((one) => ({ ...one, filename: String(index) })));
}, 30_000);

afterAll(() => rmSync(folder, { recursive: true }));

async function findings(root: string): Promise<{ filename: string; help?: string; message: string }[]> {
  const oxlint = join(process.cwd(), 'node_modules/.bin/oxlint');
  const { stdout } = await promisify(execFile)(oxlint, ['--format', 'json'], { cwd: root }).catch(
    (error: { stdout: string }) => error,
  );
  return (JSON.parse(stdout) as { diagnostics: { filename: string; help?: string; message: string }[] }).diagnostics;
}

const helpsFor = (row: number) =>
  found.filter(({ filename }) => filename === String(row)).map(({ help }) => help ?? '');

test.each(rows.filter(({ says }) => says === undefined))('$file may import $imports', ({ index }) => {
  expect(helpsFor(index)).toEqual([]);
});

test.each(rows.filter(({ says }) => says !== undefined))('$file importing $imports: $says', ({ index, says }) => {
  expect(helpsFor(index).join('\n')).toContain(says);
});
