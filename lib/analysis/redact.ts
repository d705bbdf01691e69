import { encodeBase64 } from '../expression/go/base64.ts';

const MASK = '*****';

/** Shorter secrets are masked as they stand, and not in other forms: whatever is as short stands everywhere. */
const SHORTEST_OF_FORMS = 6;

/**
 * Puts asterisks over every secret in a text, the longest first, so that one within another leaves nothing behind: as it
 * stands, as JSON and URLs and forms write it, in base64, and line by line where it has several.
 *
 * @source runMeasurements in analysis/analysis.go of argoproj/argo-rollouts, which knows them as they stand alone
 */
export function redact(text: string, secretValues: readonly string[]): string {
  if (secretValues.length === 0) return text;
  return formsOf(secretValues).reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

/** The same for what was measured, without the shortest: a secret `1` would take every number apart. */
export function redactMeasured(text: string, secretValues: readonly string[]): string {
  if (secretValues.length === 0) return text;
  const forms = formsOf(secretValues).filter(({ length }) => length >= SHORTEST_OF_FORMS);
  return forms.reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

const known = new WeakMap<readonly string[], readonly string[]>();

function formsOf(secretValues: readonly string[]): readonly string[] {
  const forms =
    known.get(secretValues) ??
    [...new Set(secretValues.flatMap(writtenAnyWay))]
      .filter((form) => form !== '')
      .toSorted((left, right) => right.length - left.length);
  known.set(secretValues, forms);
  return forms;
}

function writtenAnyWay(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  const parts = lines.length > 1 ? [secret, ...lines.map((line) => line.trim())] : [secret];
  return parts.flatMap((part) =>
    part.length >= SHORTEST_OF_FORMS ? [part, ...encodingsOf(part)] : part === secret ? [part] : [],
  );
}

function encodingsOf(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const html = json
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('>', String.raw`\u003e`)
    .replaceAll('&', String.raw`\u0026`);
  const ascii = json.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const wellFormed = text.toWellFormed();
  const component = encodeURIComponent(wellFormed);
  const strict = component.replaceAll(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ '': wellFormed }).toString().slice(1);
  const base64 = encodeBase64(wellFormed);
  return [
    json,
    html,
    ascii,
    JSON.stringify(json).slice(1, -1),
    encodeURI(wellFormed),
    component,
    strict,
    lowerEscapes(component),
    form,
    lowerEscapes(form),
    ...[0, 1, 2].flatMap((lead) => innerBase64(wellFormed, lead)),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
  ];
}

function lowerEscapes(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

/** What of a longer base64 text the secret alone decides, when so many other bytes stand before it, in a group of three. */
function innerBase64(text: string, lead: number): readonly string[] {
  const encoded = encodeBase64('\0'.repeat(lead) + text);
  const from = lead === 0 ? 0 : lead + 1;
  const end = encoded.indexOf('=');
  const inner = encoded.slice(from, end === -1 ? undefined : end - 1);
  return inner.length >= SHORTEST_OF_FORMS ? [inner, inner.replaceAll('+', '-').replaceAll('/', '_')] : [];
}
