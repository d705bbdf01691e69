import type { Argument } from '../model/argument.ts';
import type { AnalysisTemplateSpec } from '../model/analysis-template.ts';
import { isObject } from '../model/is-object.ts';
import { didYouMean } from '../model/suggest.ts';
import { isAbsent } from '../model/empty.ts';
import { ScheduleError } from './schedule-error.ts';

/**
 * Reads the arguments of a schedule: a JSON object of texts. Values appear in no message.
 *
 * A name that the template does not declare is refused, unless it refers to further templates, which may declare it.
 *
 * @throws ScheduleError
 */
export function readArguments(text: string, spec: AnalysisTemplateSpec): Readonly<Record<string, string>> {
  const args = parseObject(text);
  const declared = declaredArgs(spec).map(({ name }) => name);
  const isAll = !refersToOthers(spec);
  const values: [string, string][] = [];
  for (const [name, value] of Object.entries(args)) {
    const shown = JSON.stringify(name.slice(0, 60));
    if (typeof value !== 'string') throw new ScheduleError(`${shown}: expected a string`, 'put the value in quotes');
    if (isAll && !declared.includes(name)) {
      const known = declared.length === 0 ? 'the template declares none' : `known: ${declared.join(', ')}`;
      throw new ScheduleError(`unknown argument ${shown}${didYouMean(name, declared)}`, known);
    }
    values.push([name, value]);
  }
  return Object.fromEntries(values);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const args: unknown = JSON.parse(text);
    if (isObject(args)) return args;
  } catch {
    // The parser quotes what it cannot read.
  }
  throw new ScheduleError('expected a JSON object', `write {"name": "value"}`);
}

/**
 * An argument that would have no value when a run is made; undefined: there is none. Of a template that refers to
 * further ones, that is known only when they are put together.
 */
export function findMissingArgument(
  spec: AnalysisTemplateSpec,
  given: Readonly<Record<string, string>>,
): ScheduleError | undefined {
  if (refersToOthers(spec)) return undefined;
  const missing = declaredArgs(spec).find(({ name, value, valueFrom }) => {
    return !Object.hasOwn(given, name) && isAbsent(value) && isAbsent(valueFrom?.secretKeyRef);
  });
  if (missing === undefined) return undefined;
  const name = JSON.stringify(missing.name);
  const isFromRollout = !isAbsent(missing.valueFrom?.fieldRef);
  const reason = isFromRollout ? 'would come from a Rollout, and a schedule has none' : 'has no value';
  return new ScheduleError(`argument ${name} ${reason}`, `write {${name}: "value"}`);
}

/** Schedules are read before anybody has looked whether their template can be read at all. */
function declaredArgs(spec: AnalysisTemplateSpec | null | undefined): readonly Argument[] {
  const args: unknown = spec?.args;
  return Array.isArray(args) ? (args as unknown[]).filter(isArgument) : [];
}

function isArgument(value: unknown): value is Argument {
  return isObject(value) && typeof value['name'] === 'string';
}

function refersToOthers(spec: AnalysisTemplateSpec | null | undefined): boolean {
  return Array.isArray(spec?.templates) && spec.templates.length > 0;
}
