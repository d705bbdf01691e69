import { checkCondition } from '../expression/compile.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { formatProblem, type Keys, type Problem } from '../model/problem.ts';
import { validateResource } from '../model/validate.ts';
import { checkObject } from '../webhook/warnings.ts';
import type { Finding, LintReport } from './lint-report.ts';
import { isOurs, readResources, type ResourceDocument } from '../lint/resource-documents.ts';
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
  // The same as at admission.
  const analysis = isSound ? checkObject(value as KubernetesObject) : [];
  return [
    ...schema.map((problem) => findingOf(problem, 'schema', document)),
    ...analysis.map((problem) => findingOf(problem, 'analysis', document)),
  ];
}

function findingOf(problem: Problem, rule: Finding['rule'], { file, value, locate }: ResourceDocument): Finding {
  const { severity, keys, path } = problem;
  const offset = conditionOffset(keys, value);
  // Where the file says it, nobody needs the place within the condition.
  const message = offset === undefined ? problem.message : problem.message.replace(/ \(\d+:\d+\)$/, '');
  return {
    file,
    ...locate(keys, offset),
    severity,
    rule,
    path,
    message: formatProblem({ ...problem, path: '', message }),
  };
}

const CONDITIONS: ReadonlySet<unknown> = new Set(['successCondition', 'failureCondition']);

/**
 * Where in a condition its first error is, if that is known: what hangs on an argument, or on the type that one
 * provider gives, is not.
 */
function conditionOffset(keys: Keys, resource: unknown): number | undefined {
  const text = CONDITIONS.has(keys.at(-1)) ? valueAt(resource, keys) : undefined;
  if (typeof text !== 'string' || text.includes('{{')) return undefined;
  return checkCondition(text, 'unknown')[0]?.offset;
}

function valueAt(resource: unknown, keys: Keys): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    resource,
  );
}
