import type { HeaderMatch } from '../../model/canary-step.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { isObject } from '../../model/is-object.ts';
import { backendsOf, type HeaderKind, isNamedLike, type Json, leadsTo, requireBoth } from './gateway-api-rules.ts';
import type { CanaryServices } from './services.ts';

/**
 * A step's match as the Gateway API has it; a prefix becomes a regular expression, as it stands.
 * @throws StepFailure where it says no value
 */
export function headerOf({ headerName: name, headerValue }: HeaderMatch): Json {
  // Argo's plugin crashes where there is no value.
  const { exact = '', prefix = '', regex = '' } = { ...headerValue };
  if (exact !== '') return { name, type: 'Exact', value: exact };
  const value = prefix === '' ? regex : `${prefix}.*`;
  if (value === '') throw new StepFailure('invalid header match type');
  return { name, type: 'RegularExpression', value };
}

/**
 * The rules with those of a header route at the end: one for each rule that leads to both versions, which matches what
 * that one does if the headers are there too, and leads to the canary alone. What was there of the route goes.
 *
 * @throws StepFailure where no rule leads to both versions
 */
export function withHeaderRoute(
  kind: HeaderKind,
  rules: readonly Json[],
  services: CanaryServices,
  { name, headers }: { readonly name: string; readonly headers: readonly Json[] },
): readonly Json[] {
  const added = requireBoth(kind, rules, services).map((rule, index) =>
    headerRule(rule, index === 0 ? name : `${name}-${index}`, services.canary, headers),
  );
  const isReplaced = (rule: Json): boolean =>
    isNamedLike(rule, [name]) ||
    (leadsTo(rule, services.canary) && listOf(rule['matches']).some((match) => hasNames(match, headers)));
  return [...rules.filter((rule) => !isReplaced(rule)), ...added];
}

/** Has the filters of the rule that it comes from, but not its timeouts, and of the canary's backend the port alone. */
function headerRule(rule: Json, name: string, canary: string, headers: readonly Json[]): Json {
  const matches = listOf(rule['matches']);
  const { port } = backendsOf(rule).find((backend) => backend['name'] === canary) ?? {};
  const filters = listOf(rule['filters']);
  return {
    name,
    matches: (matches.length === 0 ? [{}] : matches).map((match) => withHeaders(match, headers)),
    ...(filters.length > 0 && { filters }),
    backendRefs: [{ group: '', kind: 'Service', name: canary, ...(port !== undefined && { port }) }],
  };
}

function withHeaders({ headers: own, ...match }: Json, headers: readonly Json[]): Json {
  const all = [...listOf(own), ...headers];
  return all.length === 0 ? match : { ...match, headers: all };
}

/** Whether a match has all these headers, whatever their values. */
function hasNames({ headers: own }: Json, headers: readonly Json[]): boolean {
  const names = new Set(listOf(own).map(({ name }) => name));
  return headers.every(({ name }) => names.has(name));
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
