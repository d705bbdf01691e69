import type { Location } from 'vscode-languageserver';
import type { Keys } from '../model/problem.ts';
import type { EditedText } from './edited-text.ts';
import { type EditedResource, objectsAt, resourceAround, resourceAt } from './resource.ts';
import { tagAt } from './tags.ts';
import { declarationsFor, templateRefAt } from './template-refs.ts';
import type { Workspace } from './workspace.ts';
import { placeAt, valueAt, valueSpan } from './yaml-source.ts';

/** Where what is named at a place is defined: a template, an argument, a metric. */
export function definitionsAt(text: EditedText, offset: number, workspace: Workspace): Location[] {
  const tag = tagAt(text, offset);
  const around = resourceAround(text.resources, offset);
  if (tag !== undefined && around !== undefined) {
    return declarationsFor({ text, resource: around }, workspace)
      .filter(({ name }) => `args.${name}` === tag.name)
      .flatMap((declaration) => locate(declaration.text, declaration.resource, [...declaration.keys, 'name']));
  }
  const place = placeAt(text.source, offset);
  const at = place && resourceAt(text.resources, place.document, place.keys);
  if (at === undefined) return [];
  const { resource, path } = at;
  const ref = templateRefAt(resource, path);
  if (ref !== undefined) {
    return workspace
      .find(ref)
      .flatMap((found) => locate(found.text, found.resource, [...found.resource.root, 'metadata', 'name']));
  }
  if (path.at(-1) !== 'metricName') return [];
  const name = valueAt(resource.value, path);
  return objectsAt(resource.value, ['spec', 'metrics'])
    .filter(([, metric]) => metric['name'] === name)
    .flatMap(([index]) => locate(text, resource, [...resource.root, 'spec', 'metrics', index, 'name']));
}

function locate(text: EditedText, resource: EditedResource, keys: Keys): Location[] {
  const span = valueSpan(resource.document, keys);
  return span === undefined ? [] : [{ uri: text.uri, range: text.rangeOf(span) }];
}
