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

export function unreadable(message: string): AssayError {
  return new AssayError('ASSAY_SECRET_UNREADABLE', message);
}
