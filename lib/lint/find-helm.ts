import { splitAtTags, tagName } from '../analysis/substitute.ts';
import type { Span } from './span.ts';

/** The first thing in a text that is meant for Helm. */
export function findHelm(text: string): { readonly span: Span; readonly shown: string } | undefined {
  const raw = text.indexOf('{{`');
  const action = findAction(text);
  const from = raw === -1 ? action : action === undefined ? raw : Math.min(raw, action);
  if (from === undefined) return undefined;
  const end = from === raw ? text.indexOf('`}}', from) : text.indexOf('}}', from);
  const to = end === -1 ? text.length : end + (from === raw ? 3 : 2);
  const [shown = ''] = text.slice(from, Math.min(to, from + 60)).split('\n');
  return { span: [from, to], shown };
}

const ACTION =
  /^(?:-?\s*(?:\.|\$|if\b|else\b|end\b|range\b|with\b|include\b|template\b|tpl\b|define\b|default\b|quote\b|printf\b|toYaml\b)|-\s|\/\*)/;

function findAction(text: string): number | undefined {
  const { texts, tags } = splitAtTags(text);
  let at = 0;
  for (const [index, tag] of tags.entries()) {
    at += texts[index]?.length ?? 0;
    if (ACTION.test(tag) || ACTION.test(tagName(tag)) || tag.endsWith('-')) return at;
    at += tag.length + 4;
  }
  return undefined;
}
