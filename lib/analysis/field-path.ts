import { quote } from '../expression/go/strconv.ts';
import type { ObjectMeta } from '../model/kubernetes.ts';
import { qualifiedNameProblems } from '../workload/names.ts';
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
  const problems = qualifiedNameProblems(of === 'metadata.annotations' ? key.toLowerCase() : key);
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
