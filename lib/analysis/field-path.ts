import { quote } from '../expression/go/strconv.ts';
import type { ObjectMeta } from '../model/kubernetes.ts';
import { ArgumentError } from './spec-error.ts';

/**
 * The value of a path into an object's metadata: `metadata.name`, `.namespace`, `.uid`, `.labels`, `.annotations`, or
 * one of these in brackets: `metadata.labels['app']`. What is not there is an empty text.
 *
 * @throws ArgumentError
 * @source ExtractFieldPathAsString of k8s.io/kubernetes/pkg/fieldpath
 */
export function metadataAt(metadata: ObjectMeta, path: string): string {
  const [, of, key] = /^(.+?)\['(.*)'\]$/su.exec(path) ?? [];
  if (of !== undefined && key !== undefined) return entryAt(metadata, path, of, key);
  switch (path) {
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    default:
      throw new ArgumentError(`unsupported fieldPath: ${path}`);
  }
}

function entryAt({ annotations, labels }: ObjectMeta, path: string, of: string, key: string): string {
  if (of !== 'metadata.annotations' && of !== 'metadata.labels') {
    throw new ArgumentError(`fieldPath ${quote(path)} does not support subscript`);
  }
  const problems = findInvalidKey(of === 'metadata.annotations' ? key.toLowerCase() : key);
  if (problems.length > 0) throw new ArgumentError(`invalid key subscript in ${path}: ${problems.join(';')}`);
  const entries = (of === 'metadata.annotations' ? annotations : labels) ?? {};
  return (Object.hasOwn(entries, key) ? entries[key] : undefined) ?? '';
}

/** One `key="value"` a line, by key. */
function formatMap(entries: Readonly<Record<string, string>> = {}): string {
  return Object.entries(entries)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${quote(value)}`)
    .join('\n');
}

const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const NAME_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${NAME}')`;
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = String.raw`${LABEL}(\.${LABEL})*`;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  `end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;

/** @source IsQualifiedName of k8s.io/apimachinery/pkg/util/validation */
function findInvalidKey(key: string): string[] {
  const [first, second, ...rest] = key.split('/') as [string, string?, ...string[]];
  if (rest.length > 0) {
    return [`a qualified name ${NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const problems = second === undefined ? [] : findInvalidPrefix(first);
  const name = second ?? first;
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 characters');
  if (!matchesWhole(NAME, name)) problems.push(`name part ${NAME_RULE}`);
  return problems;
}

function findInvalidPrefix(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  const problems: string[] = [];
  if (prefix.length > 253) problems.push('prefix part must be no more than 253 characters');
  if (!matchesWhole(SUBDOMAIN, prefix)) problems.push(`prefix part ${SUBDOMAIN_RULE}`);
  return problems;
}

/** Keys of more than a few hundred characters are refused by the API server: these patterns stay cheap. */
function matchesWhole(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}
