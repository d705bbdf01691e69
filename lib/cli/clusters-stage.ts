import { isClusterName } from '../model/cluster-settings.ts';
import type { DocumentStore, SecretStore } from '../model/cluster-documents.ts';
import { didYouMean } from '../model/suggest.ts';
import { secretsManagerStore } from '../documents/secrets-manager-store.ts';
import { ssmStore } from '../documents/ssm-store.ts';
import { type AssumedRoles, assumedRoles } from '../connections/assumed-roles.ts';
import { InputError } from './input-error.ts';

export interface StageOptions {
  readonly stage: string;
  readonly output: 'text' | 'json';
}

/** The registry of one deployment. Credentials and region are found as every AWS tool finds them. */
export interface Stage {
  readonly name: string;
  readonly documents: DocumentStore;
  readonly secrets: SecretStore;
  readonly roles: AssumedRoles;
  readonly now: () => Date;
  /** Where `add` puts what must stay secret. */
  secretNameOf(cluster: string): string;
}

/** Many clusters are many calls: the SDK slows down where AWS says that they are too many, instead of giving up. */
export const PATIENT_CLIENT = { retryMode: 'adaptive', maxAttempts: 10 } as const;

/** @throws InputError for what is no name of a stage */
export function openStage({ stage: name }: Pick<StageOptions, 'stage'>): Stage {
  if (!/^[A-Za-z0-9][\w-]*$/.test(name)) throw new InputError(`--stage: expected a word such as prod, got "${name}"`);
  return {
    name,
    documents: ssmStore({ path: `/assay/${name}/clusters`, client: PATIENT_CLIENT }),
    secrets: secretsManagerStore(PATIENT_CLIENT),
    roles: assumedRoles({ now }),
    now,
    secretNameOf: (cluster) => `assay/${name}/clusters/${cluster}`,
  };
}

/** @throws InputError */
export function requireClusterName(name: string): void {
  if (isClusterName(name)) return;
  throw new InputError(`"${name}" is no name for a cluster: expected letters, digits and . _ - between, 63 at most`);
}

function now(): Date {
  return new Date();
}

/** The document of a cluster. @throws InputError where there is none */
export async function readDocument(name: string, { documents }: Stage): Promise<string> {
  requireClusterName(name);
  const text = await documents.read(name);
  if (text !== undefined) return text;
  const names = [...(await documents.readAll()).keys()];
  const known = names.length === 0 ? 'no cluster is registered' : `registered: ${names.join(', ')}`;
  throw new InputError(`there is no ${documents.placeOf(name)}${didYouMean(name, names)}`, known);
}
