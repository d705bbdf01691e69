import { isObject } from '../../model/is-object.ts';
import { AssayError } from '../../model/errors.ts';
import type { Secrets } from '../../model/cluster-documents.ts';

/**
 * The secret that `reference` names: the whole of it, or with `#field` one field of a JSON secret, as text.
 *
 * @throws AssayError ASSAY_SECRET_UNREADABLE, which never holds anything of the secret
 */
export async function readSecret(reference: string, secrets: Secrets): Promise<string> {
  const [name = '', field] = reference.split('#');
  const value = await secrets.read(name);
  if (field === undefined) return requireText(value, reference);
  const document = readJsonSecret(value, name);
  const found = Object.hasOwn(document, field) ? document[field] : undefined;
  if (found === undefined) throw unreadable(`secret ${name} has no field ${field}`);
  return requireText(typeof found === 'string' ? found : JSON.stringify(found), reference);
}

/** A secret that is a JSON object. @throws AssayError ASSAY_SECRET_UNREADABLE */
export function readJsonSecret(value: string, name: string): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(value);
    if (isObject(document)) return document;
  } catch {
    // Parsers quote what they cannot read.
  }
  throw unreadable(`secret ${name} is no JSON object`);
}

function requireText(value: string, reference: string): string {
  const text = value.trim();
  if (text === '') throw unreadable(`secret ${reference} is empty`);
  return text;
}

/** Which secrets the document of a cluster may name. */
export interface SecretRules {
  /** Its own: a secret of this name, and those below it. */
  readonly own: string;
  /** Others, by name or ARN; `*` at the end stands for anything. */
  readonly shared: readonly string[];
}

/**
 * Secrets as the document of one cluster may read them: who writes it says where credentials are sent, and would else
 * have those of all clusters. ARNs do not tell for sure whose they are, and must be listed.
 *
 * @throws AssayError ASSAY_SECRET_UNREADABLE, from `read`, for what belongs to nobody or to somebody else
 */
export function ownSecrets(secrets: Secrets, { own, shared }: SecretRules): Secrets {
  return {
    async read(name) {
      const isListed = shared.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
      if (name === own || name.startsWith(`${own}/`) || isListed) return secrets.read(name);
      throw unreadable(`secret ${name} is not this cluster's: name it ${own}, or list it among the shared secrets`);
    },
  };
}

export function unreadable(message: string): AssayError {
  return new AssayError('ASSAY_SECRET_UNREADABLE', message);
}
