import { checkAnalysis, type Checkable } from '../analysis/check.ts';
import { formatProblem, type Keys, type Problem } from '../model/problem.ts';
import { validateResource } from '../model/validate.ts';
import type { Finding, LintReport } from './lint-report.ts';
import { isObject, isOurs, readResources, type ResourceDocument } from './resource-documents.ts';
import type { SourceFile } from './source-files.ts';

/** Checks every resource in files as an API server would, and beyond. */
export function lintFiles(files: readonly SourceFile[]): LintReport {
  const findings: Finding[] = [];
  let [documents, passedOver] = [0, 0];
  for (const file of files) {
    const { resources, problems } = readResources(file);
    const ours = resources.filter(({ value }) => isOurs(value));
    documents += ours.length;
    passedOver += resources.length - ours.length;
    const found = [
      ...problems.map((problem): Finding => ({
        ...problem,
        file: file.name,
        severity: 'error',
        rule: 'syntax',
        path: '',
      })),
      ...ours.flatMap(lintResource),
    ];
    findings.push(...found.toSorted((a, b) => a.line - b.line || a.column - b.column));
  }
  return { files: files.length, documents, passedOver, findings };
}

function lintResource(document: ResourceDocument): Finding[] {
  const { value } = document;
  const schema = validateResource(value);
  // Beyond the schema only a sound resource can be understood.
  const isSound = schema.every(({ severity }) => severity !== 'error');
  const analysis = isSound && isCheckable(value) ? checkAnalysis(value) : [];
  return [
    ...schema.map((problem) => findingOf(problem, 'schema', document)),
    ...analysis.map((problem) => findingOf(problem, 'analysis', document)),
  ];
}

function isCheckable(value: unknown): value is Checkable {
  return isObject(value) && value['kind'] !== 'Experiment';
}

function findingOf(problem: Problem, rule: Finding['rule'], { file, value, locate }: ResourceDocument): Finding {
  const { severity, keys, path } = problem;
  const place = conditionPlace(problem, value);
  const message = formatProblem({ ...problem, path: '', message: place?.message ?? problem.message });
  return { file, ...locate(keys, place?.offset), severity, rule, path, message };
}

/**
 * Where in a condition its error is, and the message without the `(line:column)` that says it. Undefined where the
 * condition that was compiled is not the text in the file: arguments were filled in before that place.
 */
function conditionPlace(
  { keys, message }: Problem,
  resource: unknown,
): { offset: number; message: string } | undefined {
  const field = keys.at(-1);
  const [found, bare, line, column] = /^(.*) \((\d+):(\d+)\)$/s.exec(message) ?? [];
  if (!found || bare === undefined || (field !== 'successCondition' && field !== 'failureCondition')) return undefined;
  const text = valueAt(resource, keys);
  if (typeof text !== 'string') return undefined;
  const before = text
    .split('\n')
    .slice(0, Number(line) - 1)
    .map((one) => `${one}\n`)
    .join('');
  const inLine = Array.from(text.slice(before.length))
    .slice(0, Number(column) - 1)
    .join('');
  const offset = before.length + inLine.length;
  return text.slice(0, offset).includes('{{') ? undefined : { offset, message: bare };
}

function valueAt(resource: unknown, keys: Keys): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    resource,
  );
}
