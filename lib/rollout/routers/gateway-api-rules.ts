import { isObject } from '../../model/is-object.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import type { RouteKind } from './gateway-api-config.ts';
import type { RoutedObject } from './router.ts';
import type { CanaryServices } from './services.ts';

/** A rule, or a part of one, as somebody wrote it: whatever is not known here is kept. */
export type Json = Readonly<Record<string, unknown>>;

/** Kinds whose rules have matches, so that some may be for certain headers. */
export type HeaderKind = 'HTTPRoute' | 'GRPCRoute';

/** How Argo's plugin names a kind in failures: `httpRoute`. */
const WORDS: Readonly<Record<RouteKind, string>> = {
  HTTPRoute: 'httpRoute',
  GRPCRoute: 'grpcRoute',
  TCPRoute: 'tcpRoute',
  TLSRoute: 'tlsRoute',
};

export function rulesOf({ spec }: RoutedObject): readonly Json[] {
  const rules = isObject(spec) ? spec['rules'] : undefined;
  return Array.isArray(rules) ? rules.filter(isObject) : [];
}

export function withRules(route: RoutedObject, rules: readonly Json[]): RoutedObject {
  return { ...route, spec: { ...(isObject(route.spec) ? route.spec : {}), rules } };
}

export function backendsOf({ backendRefs }: Json): readonly Json[] {
  return Array.isArray(backendRefs) ? backendRefs.filter(isObject) : [];
}

export function hasBackend(rule: Json, service: string): boolean {
  return backendsOf(rule).some(({ name }) => name === service);
}

/**
 * Whether a rule is one that a step has added: by its name, `<route>` or `<route>-1`; or for leading to the canary
 * alone, as rules did before they had names.
 */
export function isManaged(rule: Json, managed: Iterable<string>, canary: string): boolean {
  return isNamedLike(rule, managed) || leadsTo(rule, canary);
}

export function isNamedLike({ name }: Json, managed: Iterable<string>): boolean {
  if (typeof name !== 'string') return false;
  return [...managed].some(
    (base) => name === base || (name.startsWith(`${base}-`) && /^[+-]?\d+$/.test(name.slice(base.length + 1))),
  );
}

/** Whether it leads to this Service alone. */
export function leadsTo(rule: Json, service: string): boolean {
  const backends = backendsOf(rule);
  return backends.length === 1 && backends[0]?.['name'] === service;
}

/**
 * All rules that lead to one of both versions, with their weights; those that steps have added lead to the canary
 * whatever its weight.
 *
 * @throws StepFailure where no rule leads to the one, or to the other
 */
export function withWeights(
  kind: RouteKind,
  rules: readonly Json[],
  { canary, stable }: CanaryServices,
  { weight, managed }: { readonly weight: number; readonly managed: ReadonlySet<string> },
): readonly Json[] {
  const isOfHeaders = kind === 'HTTPRoute' || kind === 'GRPCRoute';
  const isWeighted = (rule: Json): boolean => !isOfHeaders || !isManaged(rule, managed, canary);
  const weighted = rules.filter(isWeighted);
  for (const service of [canary, stable]) {
    if (weighted.some((rule) => hasBackend(rule, service))) continue;
    throw new StepFailure(`backendRef ${isOfHeaders ? '' : 'list '}was not found in ${WORDS[kind]}`);
  }
  return rules.map((rule) => {
    if (!isWeighted(rule) || (!hasBackend(rule, canary) && !hasBackend(rule, stable))) return rule;
    const backendRefs = backendsOf(rule).map((backend) => {
      if (backend['name'] === canary) return { ...backend, weight };
      return backend['name'] === stable ? { ...backend, weight: 100 - weight } : backend;
    });
    return { ...rule, backendRefs };
  });
}

/** @throws StepFailure where no rule leads to both versions */
export function requireBoth(
  kind: HeaderKind,
  rules: readonly Json[],
  { canary, stable }: CanaryServices,
): readonly Json[] {
  const both = rules.filter((rule) => hasBackend(rule, canary) && hasBackend(rule, stable));
  if (both.length === 0) throw new StepFailure(`backendRef was not found in ${WORDS[kind]}`);
  return both;
}
