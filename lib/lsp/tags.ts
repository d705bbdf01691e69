import { type EditedText, LONGEST_WORD } from './edited-text.ts';
import type { EditedResource } from './resource.ts';
import { objectsAt, textOf } from './resource.ts';
import type { Span } from './yaml-source.ts';

/** A `{{tag}}` around an offset: its name, and where that stands. */
export interface TagAt {
  readonly name: string;
  readonly span: Span;
}

/** The tag that an offset is in. Tags are found in the line as it stands, so a broken document has them too. */
export function tagAt(text: EditedText, offset: number): TagAt | undefined {
  const { start, line } = text.lineAt(offset);
  for (const match of line.matchAll(/\{\{([^{}]*)\}\}/g)) {
    const [whole, inside = ''] = match;
    const from = start + match.index;
    if (from > offset || offset > from + whole.length) continue;
    const name = inside.trim();
    const nameAt = from + 2 + inside.indexOf(name);
    return { name, span: [nameAt, nameAt + name.length] };
  }
  return undefined;
}

/** What has been typed of a tag that is not closed before the offset; undefined outside of one. */
export function openTag(text: EditedText, offset: number): string | undefined {
  const { start, line } = text.lineAt(offset);
  return /\{\{\s*([\w.-]*)$/.exec(line.slice(0, offset - start).slice(-LONGEST_WORD))?.[1];
}

/** The tags that the arguments of an Experiment's analyses may have, and what stands for each. */
export function experimentTags({ value }: EditedResource): [name: string, says: string][] {
  const templates = objectsAt(value, ['spec', 'templates']).map(([, { name }]) => textOf(name));
  return [
    ...templates.flatMap((name): [string, string][] => [
      [`templates.${name}.podTemplateHash`, `The hash in the labels of the pods of ${name}.`],
      [`templates.${name}.replicaset.name`, `The name of the ReplicaSet of ${name}.`],
    ]),
    ['experiment.availableAt', 'When all pods had become available.'],
    ['experiment.finishedAt', 'When the experiment ends.'],
  ];
}
