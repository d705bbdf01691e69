import type { Hover } from 'vscode-languageserver';
import { knownValues, fillKnown } from '../lint/values.ts';
import type { Argument } from '../model/argument.ts';
import { isObject } from '../model/is-object.ts';
import type { Keys } from '../model/problem.ts';
import { CONDITIONS, conditionType, isExpression, showResultType, wordAt } from './conditions.ts';
import type { EditedText } from './edited-text.ts';
import { fieldSchema, typeName } from './field-schema.ts';
import { FUNCTIONS, WORDS } from './functions.ts';
import { type EditedResource, isKnownKind, objectsAt, resourceAt, textOf } from './resource.ts';
import { resultsOf } from './result-types.ts';
import { experimentTags, tagAt, type TagAt } from './tags.ts';
import { type Declaration, declarationsFor, templateRefAt } from './template-refs.ts';
import type { Workspace } from './workspace.ts';
import { type Place, placeAt, type Span, valueAt, valueSpan } from './yaml-source.ts';

/** What is to be said about the place: of an argument, a template, an expression or a field. */
export function hoverAt(text: EditedText, offset: number, workspace: Workspace): Hover | undefined {
  const place = placeAt(text.source, offset);
  const at = place && resourceAt(text.resources, place.document, place.keys);
  if (place === undefined || at === undefined) return undefined;
  const { resource, path } = at;
  const tag = tagAt(text, offset);
  if (tag !== undefined) return explainTag(text, resource, tag, workspace);
  const shown =
    place.role === 'key' ? explainField(resource, path) : explainValue({ text, offset, place }, resource, path);
  const templates = place.role === 'value' ? explainTemplate(resource, path, workspace) : undefined;
  return hover(text, place.span, templates ?? shown ?? explainField(resource, path));
}

function hover(text: EditedText, span: Span, value: string | undefined): Hover | undefined {
  return value === undefined ? undefined : { contents: { kind: 'markdown', value }, range: text.rangeOf(span) };
}

function explainTag(text: EditedText, resource: EditedResource, tag: TagAt, workspace: Workspace): Hover | undefined {
  const fact = experimentTags(resource).find(([name]) => name === tag.name);
  if (resource.kind === 'Experiment') return hover(text, tag.span, fact?.[1]);
  if (!tag.name.startsWith('args.')) return undefined;
  const name = tag.name.slice('args.'.length);
  const declared = declarationsFor({ text, resource }, workspace).filter((each) => each.name === name);
  const lines = declared.map((declaration) => explainArgument(declaration, text));
  return hover(text, tag.span, lines.length > 0 ? lines.join('\n\n') : `\`${name}\` is not declared in \`spec.args\`.`);
}

/** Where it is declared, and what it is. */
export function explainArgument({ name, argument, resource, text, keys }: Declaration, from: EditedText): string {
  const line = text.rangeOf(valueSpan(resource.document, keys) ?? [0, 0]).start.line + 1;
  const where = text === from ? `line ${line}` : `\`${text.uri.split('/').at(-1)}\`, line ${line}`;
  return `argument \`${name}\` of ${resource.kind} \`${resource.name}\` (${where}): ${explainSource(argument)}`;
}

function explainSource({ value, valueFrom }: Readonly<Record<string, unknown>>): string {
  const secret = valueAt(valueFrom, ['secretKeyRef']);
  if (isObject(secret)) return `key \`${textOf(secret['key'])}\` of Secret \`${textOf(secret['name'])}\``;
  const field = valueAt(valueFrom, ['fieldRef', 'fieldPath']);
  if (typeof field === 'string') return `field \`${field}\` of the Rollout`;
  if (value === undefined || value === null) return 'without a value of its own; whoever uses the template gives one';
  if (typeof value === 'object') return 'its value is no text';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function explainTemplate(resource: EditedResource, path: Keys, workspace: Workspace): string | undefined {
  const ref = templateRefAt(resource, path);
  if (ref === undefined) return undefined;
  const found = workspace.find(ref).map(({ resource: template }) => {
    const metrics = objectsAt(template.value, ['spec', 'metrics']).map(([, { name }]) => `\`${textOf(name)}\``);
    const args = objectsAt(template.value, ['spec', 'args']).map(([, { name }]) => `\`${textOf(name)}\``);
    return `**${template.kind}** \`${template.name}\`\n\nmetrics: ${metrics.join(', ') || 'none'}\n\narguments: ${args.join(', ') || 'none'}`;
  });
  return found.length > 0 ? found.join('\n\n---\n\n') : undefined;
}

interface InText {
  readonly text: EditedText;
  readonly offset: number;
  readonly place: Place;
}

function explainValue({ text, offset, place }: InText, resource: EditedResource, path: Keys): string | undefined {
  if (!isExpression(path)) return undefined;
  const { start, line } = text.lineAt(offset);
  const found = wordAt(line, offset - start);
  const named = found && explainWord(found.word);
  const whole = CONDITIONS.has(path.at(-1)) ? explainCondition(resource, path, String(place.scalar.value)) : undefined;
  return [named, whole].filter((part) => part !== undefined).join('\n\n---\n\n') || undefined;
}

function explainWord(word: string): string | undefined {
  const help = FUNCTIONS.get(word);
  if (help !== undefined) return `\`\`\`\n${help.signature}\n\`\`\`\n${help.says}`;
  const says = WORDS.get(word);
  return says === undefined ? undefined : `\`${word}\`: ${says}`;
}

/** What it gives for each type that the provider may give. */
function explainCondition(resource: EditedResource, path: Keys, condition: string): string {
  const found = resultsOf(valueAt(resource.value, path.slice(0, -1)));
  const title = `**${String(path.at(-1))}**`;
  if (found?.results.length === 0)
    return `${title}: ${found.provider} gives the verdict itself; no condition is asked.`;
  const filled = fillKnown(condition, knownValues(argumentsOf(resource)).plain);
  const lines = (found?.results ?? [{ type: 'unknown' as const }]).map((result) => {
    const when = result.when === undefined ? '' : ` (${result.when})`;
    const gives = filled === undefined ? 'hangs on arguments without a value' : explainType(filled.text, result);
    return `- \`result\`: \`${showResultType(result.type)}\`${when} → ${gives}`;
  });
  return `${title}${found === undefined ? '' : `, ${found.provider}`}\n\n${lines.join('\n')}`;
}

function explainType(condition: string, result: Parameters<typeof conditionType>[1]): string {
  const given = conditionType(condition, result);
  return 'error' in given ? given.error : `\`${given.type}\``;
}

function argumentsOf({ value }: EditedResource): Argument[] {
  return objectsAt(value, ['spec', 'args']).flatMap(([, argument]) =>
    typeof argument['name'] === 'string' && (argument['value'] === undefined || typeof argument['value'] === 'string')
      ? [argument as unknown as Argument]
      : [],
  );
}

/** What the CRD says of a field. */
function explainField({ kind }: EditedResource, path: Keys): string | undefined {
  const schema = isKnownKind(kind) && path.length > 0 ? fieldSchema(kind, path) : undefined;
  if (schema === undefined) return undefined;
  const parts = [
    `**${path.findLast((key) => typeof key === 'string') ?? ''}**: ${typeName(schema)}`,
    schema.description,
    schema.enum && `One of ${schema.enum.map((word) => `\`${String(word)}\``).join(', ')}.`,
    schema.default === undefined ? undefined : `Default: \`${JSON.stringify(schema.default)}\`.`,
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}
