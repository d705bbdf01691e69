import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver';
import type { Keys } from '../model/problem.ts';
import type { EditedText } from './edited-text.ts';
import { type EditedResource, objectsAt, textOf } from './resource.ts';
import { fieldSpan, valueSpan } from './yaml-source.ts';

/** What is listed of a resource, list by list. */
const LISTED: readonly { readonly list: Keys; readonly kind: SymbolKind; readonly what: string }[] = [
  { list: ['spec', 'args'], kind: SymbolKind.Variable, what: 'argument' },
  { list: ['spec', 'metrics'], kind: SymbolKind.Function, what: 'metric' },
  { list: ['spec', 'templates'], kind: SymbolKind.Object, what: 'template' },
  { list: ['spec', 'analyses'], kind: SymbolKind.Function, what: 'analysis' },
];

/** The resources of a text, and in each its arguments, metrics, templates and analyses. */
export function symbolsOf(text: EditedText): DocumentSymbol[] {
  return text.resources.flatMap((resource) => {
    const { kind, name, root } = resource;
    const children = LISTED.flatMap((row) => childrenOf(text, resource, row));
    const shown = { name: name || kind || '?', detail: kind, kind: SymbolKind.Class, children };
    return symbolAt(text, resource.document, [root, [...root, 'metadata', 'name']], shown);
  });
}

function childrenOf(text: EditedText, resource: EditedResource, row: (typeof LISTED)[number]): DocumentSymbol[] {
  return objectsAt(resource.value, row.list).flatMap(([index, item]) => {
    const name = textOf(item['name']) || textOf(item['templateName']) || `${row.what} ${index}`;
    const keys = [...resource.root, ...row.list, index];
    const shown = { name, detail: row.what, kind: row.kind };
    return symbolAt(text, resource.document, [keys, [...keys, 'name']], shown);
  });
}

type Shown = Omit<DocumentSymbol, 'range' | 'selectionRange'>;

/** What stands at the first way, with the name at the second. */
function symbolAt(
  text: EditedText,
  document: EditedResource['document'],
  [keys, nameKeys]: readonly [Keys, Keys],
  shown: Shown,
): DocumentSymbol[] {
  const span = valueSpan(document, keys);
  if (span === undefined) return [];
  const name = fieldSpan(document, nameKeys);
  const isInside = name !== undefined && span[0] <= name[0] && name[1] <= span[1];
  return [{ ...shown, range: text.rangeOf(span), selectionRange: text.rangeOf(isInside ? name : [span[0], span[0]]) }];
}
