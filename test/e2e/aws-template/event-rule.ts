import type { BusEvent } from '../../../lib/model/bus.ts';
import { isObject } from '../../../lib/model/is-object.ts';

/**
 * Whether EventBridge would take the event for this pattern. Knows the filters that our rule has, and throws for others.
 *
 * @source the event patterns of Amazon EventBridge: every field of the pattern has to match, by one of its values
 */
export function isMatch(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((filter) => isFiltered(filter, value));
  if (!isObject(pattern)) throw new Error(`a pattern holds fields and lists, not ${JSON.stringify(pattern)}`);
  const fields = isObject(value) ? value : {};
  return Object.entries(pattern).every(([name, part]) => isMatch(part, fields[name]));
}

function isFiltered(filter: unknown, value: unknown): boolean {
  if (typeof filter === 'string') return value === filter;
  const { prefix, exists, ...others } = isObject(filter) ? filter : { unknown: filter };
  if (Object.keys(others).length > 0) throw new Error(`unknown filter ${JSON.stringify(filter)}`);
  if (typeof prefix === 'string') return typeof value === 'string' && value.startsWith(prefix);
  return (value !== undefined) === exists;
}

/** An event as rules see it. */
export function envelopeOf({ source, detailType, detail }: BusEvent): Readonly<Record<string, unknown>> {
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': detailType,
    source,
    account: '111122223333',
    time: '2026-11-21T10:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail,
  };
}

export interface InputTransformer {
  readonly InputPathsMap: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

/**
 * What the target gets of an event: the template, with texts in place of its variables; of an object its JSON, and nothing
 * of what the event does not have.
 *
 * @source the input transformers of Amazon EventBridge: objects are not escaped, so that between quotes they make no JSON
 */
export function transformed({ InputPathsMap, InputTemplate }: InputTransformer, event: unknown): string {
  return InputTemplate.replaceAll(/<([^>]+)>/g, (_, variable: string) => {
    const path = InputPathsMap[variable];
    if (path === undefined) throw new Error(`no path for <${variable}>`);
    const value = path
      .split('.')
      .slice(1)
      .reduce<unknown>((of, name) => (isObject(of) ? of[name] : undefined), event);
    if (value === undefined) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
