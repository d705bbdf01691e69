import type { AnalysisRun } from '../model/analysis-run.ts';
import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { KubernetesObject, Secret } from '../model/kubernetes.ts';
import { formatProblem, type Problem } from '../model/problem.ts';
import { validateResource } from '../model/validate.ts';
import { withoutNulls } from '../model/without-nulls.ts';
import { checkObject } from '../webhook/warnings.ts';
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

export interface RunInputOptions {
  /** Whether what `assay lint` calls an error is run all the same, as far as an API server accepts it. */
  readonly isUnchecked?: boolean | undefined;
  /** Values that are given for arguments, which the files need not have then. */
  readonly args?: ReadonlyMap<string, string>;
}

/**
 * Sorts the resources in files: templates, runs, and Secrets for their arguments. Other kinds are left out.
 * @throws InputError for what is no YAML, what an API server would refuse, and what `assay lint` calls an error
 */
export function readRunInput(files: readonly SourceFile[], options: RunInputOptions = {}): RunInput {
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
      refuseInvalid(document, options);
      const resource = withoutNulls(value as AnalysisTemplate | ClusterAnalysisTemplate | AnalysisRun);
      if (resource.kind === 'AnalysisTemplate') input.templates.push(resource);
      if (resource.kind === 'ClusterAnalysisTemplate') input.clusterTemplates.push(resource);
      if (resource.kind === 'AnalysisRun') input.runs.push(resource);
    }
  }
  return input;
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

function refuseInvalid({ file, value, locate }: ResourceDocument, options: RunInputOptions): void {
  const refused = validateResource(value).find(isError);
  const problem = refused ?? problemsIn(value as KubernetesObject, options).find(isError);
  if (!problem) return;
  const { line, column } = locate(problem.keys);
  const message = `${file}:${line}:${column}: ${formatProblem(problem)}`;
  const wayOut = refused ? '' : ' --unchecked runs it all the same.';
  throw new InputError(message, `\`assay lint\` shows all that is wrong with a file.${wayOut}`);
}

/** What lint says of a template or a run with the arguments that are given. */
function problemsIn(object: KubernetesObject, { isUnchecked = false, args = new Map() }: RunInputOptions): Problem[] {
  if (isUnchecked || object.kind === 'Experiment') return [];
  const resource = withoutNulls(object) as AnalysisRun | AnalysisTemplate;
  if (resource.kind !== 'AnalysisRun' || !resource.spec.args) return checkObject(resource);
  const given = resource.spec.args.map((arg) => ({ value: args.get(arg.name), arg }));
  const valued = given.map(({ arg, value }) => (value === undefined ? arg : { ...arg, value }));
  const run: AnalysisRun = { ...resource, spec: { ...resource.spec, args: valued } };
  return checkObject(run);
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
