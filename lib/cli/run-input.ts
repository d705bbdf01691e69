import type { AnalysisRun } from '../model/analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { Secret } from '../model/kubernetes.ts';
import { formatProblem } from '../model/problem.ts';
import { validateResource } from '../model/validate.ts';
import { InputError } from './input-error.ts';
import { isObject } from '../model/is-object.ts';
import { isOurs, readResources, type ResourceDocument } from '../lint/resource-documents.ts';
import type { SourceFile } from './source-files.ts';

/** What was found in files, as far as `assay run` can use it. */
export interface RunInput {
  readonly templates: readonly AnalysisTemplate[];
  readonly clusterTemplates: readonly ClusterAnalysisTemplate[];
  readonly runs: readonly AnalysisRun[];
  readonly secrets: readonly Secret[];
}

/**
 * Sorts the resources in files: templates, runs, and Secrets for their arguments. Other kinds are left out.
 * @throws InputError for what is no YAML, and for what an API server would refuse
 */
export function readRunInput(files: readonly SourceFile[]): RunInput {
  const input = {
    templates: [] as AnalysisTemplate[],
    clusterTemplates: [] as ClusterAnalysisTemplate[],
    runs: [] as AnalysisRun[],
    secrets: [] as Secret[],
  };
  for (const file of files) {
    const { resources, problems } = readResources(file);
    const [problem] = problems;
    if (problem) throw new InputError(`${file.name}:${problem.line}:${problem.column}: ${problem.message}`);
    for (const document of resources) {
      const { value } = document;
      if (isObject(value) && value['kind'] === 'Secret') input.secrets.push(readSecret(value));
      if (!isOurs(value)) continue;
      refuseInvalid(document);
      const resource = value as AnalysisTemplate | ClusterAnalysisTemplate | AnalysisRun;
      if (resource.kind === 'AnalysisTemplate') input.templates.push(resource);
      if (resource.kind === 'ClusterAnalysisTemplate') input.clusterTemplates.push(resource);
      if (resource.kind === 'AnalysisRun') input.runs.push(resource);
    }
  }
  return input;
}

function refuseInvalid({ file, value, locate }: ResourceDocument): void {
  const problem = validateResource(value).find(({ severity }) => severity === 'error');
  if (!problem) return;
  const { line, column } = locate(problem.keys);
  const message = `${file}:${line}:${column}: ${formatProblem(problem)}`;
  throw new InputError(message, '`assay lint` shows all that is wrong with a file.');
}

function readSecret(value: Readonly<Record<string, unknown>>): Secret {
  const { metadata, data, stringData } = value;
  const { name, namespace } = isObject(metadata) ? metadata : {};
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: String(name), ...(typeof namespace === 'string' && { namespace }) },
    data: {
      ...Object.fromEntries(textsIn(data)),
      ...Object.fromEntries(textsIn(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
    },
  };
}

function textsIn(map: unknown): [string, string][] {
  return Object.entries(isObject(map) ? map : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
}
