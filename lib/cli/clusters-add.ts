import { readFileSync } from 'node:fs';
import { type ClusterDocument, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import { isObject } from '../model/is-object.ts';
import { checkRegistered } from './clusters-check.ts';
import { documentOfEks } from './clusters-eks.ts';
import { type FromKubeconfig, openKubeconfig } from './clusters-kubeconfig.ts';
import { openStage, requireClusterName, type Stage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';

export interface AddOptions extends StageOptions {
  readonly fromKubeconfig?: string;
  /** One where a cluster is named; else patterns of those to add. */
  readonly context: readonly string[];
  readonly eks?: string;
  /** Each as `key=value` or `key`. */
  readonly eksTag: readonly string[];
  /** One where a cluster is named. */
  readonly region: readonly string[];
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly fromDocument?: string;
  readonly replace?: boolean;
  /** Of many clusters: brings those up to date that are registered already. */
  readonly update?: boolean;
  /** Of many clusters: what their names look like. */
  readonly names?: string;
  readonly dryRun?: boolean;
  readonly check: boolean;
}

/** What is to be written. */
export interface Plan {
  readonly document: string;
  readonly secret?: FromKubeconfig['secret'] & { readonly name: string };
}

/** `assay clusters add`: writes the secret, then the document that names it, then checks the cluster. */
export async function addCluster(name: string, options: AddOptions, console: Console): Promise<ExitCode> {
  requireClusterName(name);
  requireOneSource(options);
  refuseOptionsOfMany(options);
  const stage = openStage(options);
  const before = await stage.documents.read(name);
  const place = stage.documents.placeOf(name);
  if (before !== undefined && options.replace !== true) {
    throw new InputError(`${place} is there already`, 'Give --replace to replace it, or another name.');
  }
  const plan = await makePlan(name, before, options, stage);
  if (options.dryRun === true) return showPlan(plan, place, options, console);

  const isWritten = await writePlan(name, plan, stage, { replace: options.replace === true });
  if (!isWritten) throw new InputError(`${place} was written by somebody else just now`, 'Look at it, then --replace.');
  const written = plan.secret ? `${place} and the secret ${plan.secret.name}` : place;
  // What scripts read is the report of the check, if there is one.
  (options.output === 'json' ? console.err : console.out).write(
    `wrote ${written}; functions read it within a minute\n`,
  );
  if (!options.check) return EXIT.ok;
  return checkRegistered(name, { stage: options.stage, output: options.output, address: [] }, stage, console);
}

const SOURCES = ['fromKubeconfig', 'eks', 'fromDocument'] as const;

function requireOneSource(options: AddOptions): void {
  if (SOURCES.filter((source) => options[source] !== undefined).length === 1) return;
  throw new InputError('give one of --from-kubeconfig FILE, --eks CLUSTER and --from-document FILE');
}

function refuseOptionsOfMany({ update, names, eksTag, region, context }: AddOptions): void {
  if (update === true) throw new InputError('--update is for many clusters: give --replace');
  if (names !== undefined) throw new InputError('--names is for many clusters: the name is given');
  if (eksTag.length > 0) throw new InputError('--eks-tag is for many clusters: give no name');
  if (region.length > 1) throw new InputError('give one --region');
  if (context.length > 1) throw new InputError('give one --context, or no name, to add many clusters');
}

async function makePlan(name: string, before: string | undefined, options: AddOptions, stage: Stage): Promise<Plan> {
  const { fromKubeconfig, eks, fromDocument, context, region } = options;
  if (fromDocument !== undefined) return { document: checked(name, readDocumentFile(fromDocument)) };
  if (eks !== undefined) {
    const [only] = region;
    const { roleArn, externalId } = options;
    const source = {
      eks,
      ...(only !== undefined && { region: only }),
      ...(roleArn !== undefined && { roleArn }),
      ...(externalId !== undefined && { externalId }),
    };
    return planOf(name, before, await documentOfEks(source));
  }
  const secretName = stage.secretNameOf(name);
  const { document, secret } = await openKubeconfig(fromKubeconfig ?? '').read(context[0], secretName);
  return planOf(name, before, document, { ...secret, name: secretName });
}

/**
 * What is written for a cluster: where it is and how to get in, with the rest of the document of before.
 * @throws InputError for what the functions would call broken
 */
export function planOf(
  name: string,
  before: string | undefined,
  document: ClusterDocument,
  secret?: Plan['secret'],
): Plan {
  return { document: checked(name, { ...restOf(before), ...document }), ...(secret && { secret }) };
}

/**
 * Writes the secret, then the document that names it. False where somebody else has written a document meanwhile.
 * @throws AssayError ASSAY_REGISTRY_REFUSED, ASSAY_REGISTRY_UNREACHABLE
 */
export async function writePlan(
  name: string,
  { document, secret }: Plan,
  { documents, secrets }: Stage,
  options: { readonly replace: boolean },
): Promise<boolean> {
  if (secret) await secrets.write(secret.name, secret.value, name);
  return documents.write(name, document, options);
}

/** What replacing a document leaves as it is: all but where the cluster is and how to get in. */
function restOf(before: string | undefined): object {
  let document: unknown;
  try {
    document = JSON.parse(before ?? '{}');
  } catch {
    return {};
  }
  if (!isObject(document)) return {};
  const { endpoint: _endpoint, ca: _ca, authentication: _authentication, ...rest } = document;
  return rest;
}

/** @throws InputError for what the functions would call broken */
function checked(name: string, document: object): string {
  const text = JSON.stringify(document);
  try {
    parseClusterSettings(name, text);
    return text;
  } catch (error) {
    if (error instanceof AssayError) throw new InputError(error.message);
    throw error;
  }
}

function readDocumentFile(file: string): ClusterDocument {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ClusterDocument;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${file} ${code === undefined ? 'is no JSON' : `cannot be read (${code})`}`);
  }
}

function showPlan({ document, secret }: Plan, place: string, { output }: StageOptions, { out }: Console): ExitCode {
  const parsed: unknown = JSON.parse(document);
  if (output === 'json') {
    const shown = {
      parameter: place,
      document: parsed,
      ...(secret && { secret: { name: secret.name, holds: secret.holds } }),
    };
    out.write(`${JSON.stringify(shown, undefined, 2)}\n`);
    return EXIT.ok;
  }
  if (secret) out.write(`would write the secret ${secret.name}: *** (${secret.holds})\n`);
  out.write(`would write ${place}:\n${JSON.stringify(parsed, undefined, 2)}\n`);
  return EXIT.ok;
}
