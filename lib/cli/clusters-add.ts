import { readFileSync } from 'node:fs';
import { type ClusterDocument, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import { isObject } from '../model/is-object.ts';
import { checkRegistered } from './clusters-check.ts';
import { documentOfEks } from './clusters-eks.ts';
import { type FromKubeconfig, readKubeconfig } from './clusters-kubeconfig.ts';
import { openStage, requireClusterName, type Stage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';

export interface AddOptions extends StageOptions {
  readonly fromKubeconfig?: string;
  readonly context?: string;
  readonly eks?: string;
  readonly region?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly fromDocument?: string;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly check: boolean;
}

/** What is to be written. */
interface Plan {
  readonly document: string;
  readonly secret?: FromKubeconfig['secret'] & { readonly name: string };
}

/** `assay clusters add`: writes the secret, then the document that names it, then checks the cluster. */
export async function addCluster(name: string, options: AddOptions, console: Console): Promise<ExitCode> {
  requireClusterName(name);
  requireOneSource(options);
  const stage = openStage(options);
  const before = await stage.documents.read(name);
  const place = stage.documents.placeOf(name);
  if (before !== undefined && options.replace !== true) {
    throw new InputError(`${place} is there already`, 'Give --replace to replace it, or another name.');
  }
  const plan = await makePlan(name, before, options, stage);
  if (options.dryRun === true) return showPlan(plan, place, options, console);

  if (plan.secret) await stage.secrets.write(plan.secret.name, plan.secret.value, name);
  const isWritten = await stage.documents.write(name, plan.document, { replace: options.replace === true });
  if (!isWritten) throw new InputError(`${place} was written by somebody else just now`, 'Look at it, then --replace.');
  const written = plan.secret ? `${place} and the secret ${plan.secret.name}` : place;
  // What scripts read is the report of the check, if there is one.
  (options.output === 'json' ? console.err : console.out).write(
    `wrote ${written}; functions read it within a minute\n`,
  );
  if (!options.check) return EXIT.ok;
  return checkRegistered(name, { ...options, address: [] }, stage, console);
}

const SOURCES = ['fromKubeconfig', 'eks', 'fromDocument'] as const;

function requireOneSource(options: AddOptions): void {
  if (SOURCES.filter((source) => options[source] !== undefined).length === 1) return;
  throw new InputError('give one of --from-kubeconfig FILE, --eks CLUSTER and --from-document FILE');
}

async function makePlan(name: string, before: string | undefined, options: AddOptions, stage: Stage): Promise<Plan> {
  const { fromKubeconfig, eks, fromDocument } = options;
  if (fromDocument !== undefined) return { document: checked(name, readDocumentFile(fromDocument)) };
  if (eks !== undefined) {
    return { document: checked(name, { ...restOf(before), ...(await documentOfEks({ ...options, eks })) }) };
  }
  const secretName = stage.secretNameOf(name);
  const { document, secret } = await readKubeconfig(fromKubeconfig ?? '', options.context, secretName);
  return {
    document: checked(name, { ...restOf(before), ...document }),
    secret: { ...secret, name: secretName },
  };
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
