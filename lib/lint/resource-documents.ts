import { SCHEMAS } from '../model/schemas.ts';
import { suggest } from '../model/suggest.ts';
import { isObject } from '../model/is-object.ts';
import { readDocuments, type SourceDocument, type SyntaxProblem } from './yaml-documents.ts';

/** A resource in a file, and where its fields stand there. */
export interface ResourceDocument extends SourceDocument {
  readonly file: string;
}

export interface ResourceFile {
  readonly resources: readonly ResourceDocument[];
  readonly problems: readonly SyntaxProblem[];
}

/** The resources in a file; those in a `List`, as `kubectl get -o yaml` prints it, one by one. */
export function readResources({ name: file, text }: { readonly name: string; readonly text: string }): ResourceFile {
  const { documents, problems } = readDocuments(text);
  const resources = documents.flatMap((document): ResourceDocument[] => {
    const items = itemsOf(document.value);
    if (!items) return [{ file, ...document }];
    return items.map((item, index) => ({
      file,
      value: item,
      locate: (keys, offset) => document.locate(['items', index, ...keys], offset),
      rangeOf: (keys, span) => document.rangeOf(['items', index, ...keys], span),
      sourceAt: (keys) => document.sourceAt(['items', index, ...keys]),
      hasComment: (keys) => document.hasComment(['items', index, ...keys]),
      textEdits: (edits) =>
        document.textEdits(edits.map((edit) => ({ ...edit, keys: ['items', index, ...edit.keys] }))),
    }));
  });
  return { resources, problems };
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (!isObject(value)) return undefined;
  const { kind, items } = value;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}

/** Rollouts are left to whoever looks after them. */
const KINDS = Object.keys(SCHEMAS).filter((kind) => kind !== 'Rollout');
const GROUP = 'argoproj.io';

/**
 * Whether a document is meant as one of Assay's resources: its kind is one of theirs, or nearly, in their group, or
 * nearly. What names neither is one if it has metrics. Everything else is somebody else's: a Rollout, the values of a
 * chart, an Experiment of Katib.
 */
export function isOurs(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, apiVersion, spec } = value;
  const group = typeof apiVersion === 'string' ? (apiVersion.split('/')[0] ?? '') : '';
  if (!kind && !group) return isObject(spec) && Array.isArray(spec['metrics']);
  if (group && suggest(group, [GROUP]) === undefined) return false;
  return !kind || (typeof kind === 'string' && suggest(kind, KINDS) !== undefined);
}
