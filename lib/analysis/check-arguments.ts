import type { Argument, Metric } from '../model/analysis-run.ts';
import { type Keys, type Problem, problemAt } from '../model/problem.ts';
import { didYouMean } from '../model/suggest.ts';
import { SECRET_PLACEHOLDER } from './arguments.ts';
import { isAbsent } from '../model/empty.ts';
import { fillTags, splitAtTags, tagName } from './substitute.ts';

/** How complete the object is that is checked. */
export interface Usage {
  readonly isRun: boolean;
  /** It refers to other templates, which are not looked at. */
  readonly hasMore: boolean;
}

/** What is known of the arguments' values, by tag. */
export interface KnownValues {
  readonly plain: ReadonlyMap<string, string>;
  /** With the placeholder that stands for a secret wherever limits and times are read. */
  readonly withPlaceholders: ReadonlyMap<string, string>;
}

export function knownValues(args: readonly Argument[]): KnownValues {
  const plain = new Map<string, string>();
  const withPlaceholders = new Map<string, string>();
  for (const { name, value, valueFrom } of args) {
    const isSecret = !isAbsent(valueFrom?.secretKeyRef);
    if (!isSecret && !isAbsent(value)) plain.set(`args.${name}`, value);
    const shown = isSecret ? SECRET_PLACEHOLDER : value;
    if (!isAbsent(shown)) withPlaceholders.set(`args.${name}`, shown);
  }
  return { plain, withPlaceholders };
}

/** The text with its tags filled in; undefined where a value is not known yet. */
export function fillKnown(text: string, values: ReadonlyMap<string, string>): string | undefined {
  const tagged = splitAtTags(text);
  const { filled, unresolved } = fillTags(tagged, values);
  return tagged.unclosed === undefined && unresolved === undefined ? filled : undefined;
}

/** Tags in a metric's texts that nothing can be put in the place of. */
export function checkTags(metric: Metric, keys: Keys, args: readonly Argument[], { isRun }: Usage): Problem[] {
  const declared = args.map(({ name }) => name);
  const severity = isRun ? 'error' : 'warning';
  return textsIn(metric, keys).flatMap(([text, at]) => {
    const { tags, unclosed } = splitAtTags(text);
    const unknown = tags.flatMap((tag) => explainTag(tagName(tag), declared) ?? []);
    return [
      ...unknown.map((found) => problemAt(at, { severity, ...found })),
      ...(unclosed === undefined ? [] : [problemAt(at, { message: 'there is no }} after {{' })]),
    ];
  });
}

function explainTag(name: string, declared: readonly string[]): { message: string; hint?: string } | undefined {
  if (!name.startsWith('args.')) {
    return {
      message: `unknown tag {{${name}}}${didYouMean(
        name,
        declared.map((arg) => `args.${arg}`),
      )}`,
    };
  }
  const arg = name.slice('args.'.length);
  if (declared.includes(arg)) return undefined;
  const message = `unknown argument "${arg}"${didYouMean(arg, declared)}`;
  return { message, hint: 'arguments are declared in spec.args' };
}

/** Arguments that have no value, have several, or are good for nothing. */
export function checkArguments(args: readonly Argument[], metrics: readonly Metric[], usage: Usage): Problem[] {
  const used = new Set(
    metrics.flatMap((metric) => textsIn(metric, []).flatMap(([text]) => splitAtTags(text).tags.map(tagName))),
  );
  return args.flatMap((arg, index) => {
    const keys: Keys = ['spec', 'args', index];
    const problems: Problem[] = [];
    if (usage.isRun && isAbsent(arg.value) && isAbsent(arg.valueFrom?.secretKeyRef)) {
      problems.push(problemAt(keys, { message: `argument "${arg.name}" was not supplied` }));
    }
    if (args.findIndex(({ name }) => name === arg.name) !== index) {
      problems.push(problemAt([...keys, 'name'], { message: `duplicate argument "${arg.name}"` }));
    }
    if (!usage.hasMore && !used.has(`args.${arg.name}`)) {
      const message = `argument "${arg.name}" is not used`;
      problems.push(problemAt(keys, { message, severity: 'warning' }));
    }
    return problems;
  });
}

/** Every text in a value, keys of objects included, with the way to it. */
function textsIn(value: unknown, keys: Keys): (readonly [string, Keys])[] {
  if (typeof value === 'string') return [[value, keys]];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...keys, index]));
  return Object.entries(value).flatMap(([key, field]) => [
    ...(key.includes('{{') ? [[key, [...keys, key]] as const] : []),
    ...textsIn(field, [...keys, key]),
  ]);
}
