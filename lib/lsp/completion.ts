import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver';
import { isMap } from 'yaml';
import { isObject } from '../model/is-object.ts';
import type { Keys } from '../model/problem.ts';
import { isExpression } from './conditions.ts';
import { cursorIn, type Cursor } from './cursor.ts';
import { EditedText, LONGEST_WORD } from './edited-text.ts';
import { type FieldSchema, fieldSchema, KNOWN_KINDS, typeName } from './field-schema.ts';
import { FUNCTIONS, WORDS } from './functions.ts';
import { explainArgument } from './hover.ts';
import { type EditedResource, isKnownKind, objectsAt, resourceAround, textOf } from './resource.ts';
import { experimentTags, openTag } from './tags.ts';
import { declarationsFor, declaredIn, templateOfArguments } from './template-refs.ts';
import type { Workspace } from './workspace.ts';
import { nodeAt, valueAt } from './yaml-source.ts';

/** What could stand where the cursor is. */
export function completionsAt(text: EditedText, offset: number, workspace: Workspace): CompletionItem[] {
  if (text.isTooLong) return [];
  const tag = openTag(text, offset);
  if (tag !== undefined) return tagItems(text, offset, tag, workspace);
  const cursor = cursorIn(text, offset);
  if (cursor === undefined) return [];
  if (cursor.role === 'value' && isExpression(cursor.path)) return expressionItems(text, offset, cursor.typed);
  const edit = editAt(text, offset);
  return cursor.role === 'key' ? fieldItems(cursor, edit) : valueItems(cursor, workspace).map(edit.withText);
}

/** How the word before the cursor is replaced. */
interface Edit {
  /** Where the word begins, from the beginning of its line. */
  readonly column: number;
  /** What stands behind the cursor in its line. */
  readonly rest: string;
  /** The item, with its label put in the place of the word, or another text. */
  readonly withText: (item: CompletionItem, newText?: unknown) => CompletionItem;
}

function editAt(text: EditedText, offset: number, word = /[\w./-]*$/): Edit {
  const { start, line } = text.lineAt(offset);
  const before = line.slice(0, offset - start);
  const typed = word.exec(before.slice(-LONGEST_WORD))?.[0] ?? '';
  const range = text.rangeOf([offset - typed.length, offset]);
  return {
    column: before.length - typed.length,
    rest: line.slice(before.length),
    withText: (item, newText) => ({
      ...item,
      textEdit: { range, newText: typeof newText === 'string' ? newText : item.label },
    }),
  };
}

function tagItems(text: EditedText, offset: number, typed: string, workspace: Workspace): CompletionItem[] {
  // A tag that is not closed breaks the document; what is around it is looked for without it.
  const from = text.text.lastIndexOf('{{', offset);
  const whole = new EditedText(
    text.uri,
    `${text.text.slice(0, from)}x${text.text.slice(offset).replace(/^\s*\}\}/, '')}`,
  );
  const resource = resourceAround(whole.resources, from);
  if (resource === undefined) return [];
  const edit = editAt(text, offset, /[\w.-]*$/);
  const close = /^\s*\}\}/.test(edit.rest) ? '' : '}}';
  const tags: (readonly [string, string])[] =
    resource.kind === 'Experiment'
      ? experimentTags(resource)
      : declarationsFor({ text: whole, resource }, workspace).map((each) => [
          `args.${each.name}`,
          explainArgument(each, whole),
        ]);
  return [...new Map(tags)]
    .filter(([name]) => name.startsWith(typed.split('.')[0] ?? ''))
    .map(([label, says]) =>
      edit.withText({ label, kind: CompletionItemKind.Variable, documentation: markdown(says) }, label + close),
    );
}

/** The fields that are not there yet, required ones first. */
function fieldItems({ resource, path, trial }: Cursor, edit: Edit): CompletionItem[] {
  const parent = path.slice(0, -1);
  const schema = resource === undefined ? TOP : schemaAt(resource, parent);
  const present = resource === undefined ? undefined : valueAt(resource.value, parent);
  const node = resource && nodeAt(resource.document, [...resource.root, ...parent]);
  const isBare =
    (isMap(node) && node.flow === true) || /^[\w./-]*["']?\s*:/.test(edit.rest) || trial.text.startsWith('{');
  return Object.entries(schema?.properties ?? {})
    .filter(([name]) => !isObject(present) || !Object.hasOwn(present, name))
    .map(([label, field]) =>
      edit.withText(
        {
          label,
          kind: CompletionItemKind.Property,
          detail: typeName(field),
          sortText: `${schema?.required?.includes(label) === true ? 0 : 1}${label}`,
          ...(field.description !== undefined && { documentation: field.description }),
        },
        isBare ? label : label + opening(field, edit.column),
      ),
    );
}

/** What follows the name of a field, up to where its value begins. */
function opening({ type, properties, items }: FieldSchema, column: number): string {
  const indent = ' '.repeat(column + 2);
  if (type === 'array') return items?.type === 'object' ? `:\n${indent}- ` : ':\n';
  return properties === undefined ? ': ' : `:\n${indent}`;
}

/** The fields of a document that does not yet say what it is. */
const TOP: FieldSchema = {
  required: ['apiVersion', 'kind'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object', properties: {} },
  },
};

function schemaAt({ kind }: EditedResource, path: Keys): FieldSchema | undefined {
  if (isKnownKind(kind)) return fieldSchema(kind, path);
  return path.length === 0 ? TOP : undefined;
}

function valueItems({ resource, path }: Cursor, workspace: Workspace): CompletionItem[] {
  const last = path.at(-1);
  if (path.length === 1 && last === 'apiVersion') return words(['argoproj.io/v1alpha1']);
  if (path.length === 1 && last === 'kind') return words(KNOWN_KINDS);
  if (resource === undefined) return [];
  if (last === 'templateName') return templateItems(resource, path, workspace);
  if (last === 'metricName') {
    return words(objectsAt(resource.value, ['spec', 'metrics']).map(([, { name }]) => textOf(name)));
  }
  const ref = last === 'name' && path.at(-3) === 'args' ? templateOfArguments(resource, path) : undefined;
  if (ref !== undefined) {
    return words(workspace.find(ref).flatMap((template) => declaredIn(template).map(({ name }) => name)));
  }
  const schema = schemaAt(resource, path);
  return words(schema?.type === 'boolean' ? ['true', 'false'] : (schema?.enum ?? []).map(String).filter(Boolean));
}

function words(labels: readonly string[]): CompletionItem[] {
  return [...new Set(labels)].map((label) => ({ label, kind: CompletionItemKind.Value }));
}

/** Those of the kind that the reference asks for, as far as it says. */
function templateItems(resource: EditedResource, path: Keys, workspace: Workspace): CompletionItem[] {
  const scope = valueAt(resource.value, [...path.slice(0, -1), 'clusterScope']);
  const kind = scope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  const names = workspace.templates.filter((each) => each.resource.kind === kind && each.resource.name !== '');
  return names.map(({ resource: { name, namespace } }) => ({
    label: name,
    kind: CompletionItemKind.Reference,
    detail: namespace === '' ? kind : `${kind} in ${namespace}`,
  }));
}

function expressionItems(text: EditedText, offset: number, typed: string): CompletionItem[] {
  // In a text of the expression nothing is known, nor is what fields a result has.
  if (isInString(typed) || /[\w\])]\.\w*$/.test(typed)) return [];
  const edit = editAt(text, offset, /[A-Za-z_$]\w*$|$/);
  const functions = [...FUNCTIONS].map(([label, { signature, says }]) =>
    edit.withText({ label, kind: CompletionItemKind.Function, detail: signature, documentation: says }),
  );
  const others = [...WORDS].map(([label, says]) => {
    const kind = label === 'result' ? CompletionItemKind.Variable : CompletionItemKind.Keyword;
    return edit.withText({ label, kind, documentation: markdown(says), sortText: label === 'result' ? '0' : label });
  });
  return [...others, ...functions];
}

/** Whether a quote is open, once whole strings are taken away. */
function isInString(typed: string): boolean {
  return /["'`]/.test(typed.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, ''));
}

function markdown(value: string) {
  return { kind: 'markdown' as const, value };
}
