import { formatProblem, type Problem } from '../model/problem.ts';
import { validateResource } from '../model/validate.ts';
import type { Finding, LintReport } from './lint-report.ts';
import { isOurs, readResources, type ResourceDocument } from './resource-documents.ts';
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
  return validateResource(document.value).map((problem) => findingOf(problem, 'schema', document));
}

function findingOf(problem: Problem, rule: Finding['rule'], { file, locate }: ResourceDocument): Finding {
  const { severity, keys, path } = problem;
  return { file, ...locate(keys), severity, rule, path, message: formatProblem({ ...problem, path: '' }) };
}
