import type { Value } from './value.ts';

/** Documents that were found to be well-formed: the two conditions of a metric look at one document. */
const known = new WeakSet<object>();

/**
 * A JSON document as a value: itself, unless a string in it has half a surrogate pair. That is what a raw byte looks
 * like here, and Go's decoder makes U+FFFD of it, so such a document is copied.
 */
export function wellFormed(document: unknown): Value {
  if (typeof document === 'string') return document.toWellFormed();
  if (typeof document !== 'object' || document === null) return primitive(document);
  if (!known.has(document)) {
    if (!isWellFormed(document)) return copied(document);
    known.add(document);
  }
  return document as Value;
}

function primitive(value: unknown): Value {
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function isWellFormed(document: object): boolean {
  const pending: unknown[] = [document];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string' && !value.isWellFormed()) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const child of Object.values(value)) pending.push(child);
    if (!Array.isArray(value) && !Object.keys(value).every((key) => key.isWellFormed())) return false;
  }
  return true;
}

function copied(value: unknown): Value {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return primitive(value);
  if (Array.isArray(value)) return value.map(copied);
  const copy = Object.create(null) as Record<string, Value>;
  for (const [key, child] of Object.entries(value)) copy[key.toWellFormed()] = copied(child);
  return copy;
}
