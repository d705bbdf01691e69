import type { HeaderMatch, SetHeaderRoute } from '../../model/canary-step.ts';
import { isObject } from '../../model/is-object.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { ownerReference } from '../targets.ts';
import { isControlledBy } from '../versions.ts';
import { integerAt, listAt, textAt } from './accessor.ts';
import { type Routed, type RoutedObject, type Router, type Routing, WEIGHTS_ALONE } from './router.ts';

const GROUP = 'apisix.apache.org';
const FAILED_ASSERTION = 'Failed type assertion for Apisix http route';

type Json = Readonly<Record<string, unknown>>;

/**
 * Apache APISIX: the weights of the backends of an ApisixRoute; and beside it one for each header route, whose rules
 * lead to the canary alone and come before.
 *
 * Unlike Argo's, it writes nothing where nothing changes.
 * @source rollout/trafficrouting/apisix/apisix.go of argoproj/argo-rollouts
 */
export const apisix: Router = {
  ...WEIGHTS_ALONE,
  type: 'Apisix',

  needs(rollout) {
    const { managedRoutes = [] } = rollout.spec.strategy?.canary?.trafficRouting ?? {};
    const names = new Set([askedOf(rollout).name, ...managedRoutes.map(({ name }) => name)]);
    return [...names].filter((name) => name !== '').map((name) => apisixRoute(rollout, name));
  },

  setWeight(routing, weight) {
    const { rollout } = routing;
    const { name, rules } = askedOf(rollout);
    const { canary, stable } = servicesOf(rollout);
    const before = find(routing, name);
    const after = withRules(before, rules, (rule) => {
      const weighted = withWeight(backendsOf(rule), canary, weight);
      return { ...rule, backends: withWeight(weighted, stable, 100 - weight) };
    });
    replace(routing, before, after, 'updating');
  },

  setHeaderRoute(routing, step) {
    const { rollout } = routing;
    const { name = '', match } = step;
    const base = find(routing, askedOf(rollout).name);
    const existing = routing.find(apisixRoute(rollout, name));
    if (existing && !isControlledBy(existing, rollout)) {
      throw new StepFailure(`duplicate ApisixRoute [${name}] already exists`);
    }
    if (match === undefined) {
      if (existing) remove(routing, existing, 'delete');
      return;
    }
    if (existing) replace(routing, existing, asHeaderRoute(routing, existing, step, false), 'update');
    else create(routing, asHeaderRoute(routing, copyOf(base, rollout, name), step, true));
  },

  removeManagedRoutes(routing) {
    const { rollout } = routing;
    for (const { name } of rollout.spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []) {
      const found = routing.find(apisixRoute(rollout, name));
      if (found && isControlledBy(found, rollout)) remove(routing, found, 'deleting');
    }
  },
};

/** Without rules that are named, the one with the name of the route. An empty list: none. */
function askedOf({ spec }: Rollout): { readonly name: string; readonly rules: readonly string[] } {
  const { name = '', rules = [name] } = spec.strategy?.canary?.trafficRouting?.apisix?.route ?? {};
  return { name, rules };
}

function servicesOf({ spec }: Rollout): { readonly canary: string; readonly stable: string } {
  const { canaryService: canary = '', stableService: stable = '' } = spec.strategy?.canary ?? {};
  return { canary, stable };
}

/** The rules of a header route have a priority that is one higher than where they come from. */
function asHeaderRoute(
  { rollout }: Routing,
  route: RoutedObject,
  { match = [] }: SetHeaderRoute,
  isNew: boolean,
): RoutedObject {
  const { canary, stable } = servicesOf(rollout);
  const exprs = match.flatMap(expressionsOf);
  return withRules(route, askedOf(rollout).rules, (rule) => {
    const weighted = withWeight(backendsOf(rule), canary, 100);
    const backends = weighted.filter((backend) => serviceOf(backend) !== stable);
    const priority = isNew ? { priority: (integerAt(rule, 'priority') ?? 0) + 1 } : {};
    const known = isObject(rule['match']) ? rule['match'] : {};
    return { ...rule, backends, ...priority, match: { ...known, exprs } };
  });
}

/** A prefix is taken as it stands, also where it means something in a regular expression. */
function expressionsOf({ headerName: name, headerValue }: HeaderMatch): readonly Json[] {
  // Argo crashes where there is no value.
  const { exact = '', regex = '', prefix = '' } = { ...headerValue };
  const subject = { scope: 'Header', name };
  return [
    ...(exact === '' ? [] : [{ subject, op: 'Equal', value: exact }]),
    ...(regex === '' ? [] : [{ subject, op: 'RegexMatch', value: regex }]),
    ...(prefix === '' ? [] : [{ subject, op: 'RegexMatch', value: `^${prefix}.*` }]),
  ];
}

/** As it is to be created: with labels and annotations, without what the API server sets. */
function copyOf({ apiVersion, kind, metadata, spec }: RoutedObject, rollout: Rollout, name: string): RoutedObject {
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...rest } = metadata;
  const { creationTimestamp: _created, ...kept } = rest;
  return { apiVersion, kind, metadata: { ...kept, name, ownerReferences: [ownerReference(rollout)] }, spec };
}

function withRules(route: RoutedObject, names: readonly string[], change: (rule: Json) => Json): RoutedObject {
  const rules = listAt(route, 'spec', 'http');
  if (!rules) throw new StepFailure('spec.http was not found in Apisix Route manifest');
  const http = names.reduce<readonly unknown[]>((changed, name) => {
    const { index, rule } = findRule(changed, name);
    return changed.with(index, change(rule));
  }, rules);
  return { ...route, spec: { ...(isObject(route.spec) ? route.spec : {}), http } };
}

/** @throws StepFailure where none has the name, or one before it has none */
function findRule(rules: readonly unknown[], name: string): { readonly index: number; readonly rule: Json } {
  for (const [index, rule] of rules.entries()) {
    if (!isObject(rule)) throw new StepFailure(FAILED_ASSERTION);
    const own = rule['name'];
    if (own === undefined) throw new StepFailure('Apisix http route rule name field not found');
    if (typeof own !== 'string') throw new StepFailure(`${FAILED_ASSERTION} rule name`);
    if (own === name) return { index, rule };
  }
  throw new StepFailure(`Apisix http route rule ${name} not found`);
}

function backendsOf({ backends }: Json): readonly unknown[] {
  if (backends === undefined) throw new StepFailure('Apisix http route backends not found');
  if (!Array.isArray(backends)) throw new StepFailure(`${FAILED_ASSERTION} backends`);
  return backends;
}

function serviceOf(backend: unknown): string {
  const name = textAt(backend, 'serviceName');
  if (name === undefined) throw new StepFailure('serviceName field was not found in backend');
  return name;
}

function withWeight(backends: readonly unknown[], service: string, weight: number): readonly unknown[] {
  for (const [index, backend] of backends.entries()) {
    if (!isObject(backend)) throw new StepFailure(`${FAILED_ASSERTION} backends`);
    if (serviceOf(backend) === service) return backends.with(index, { ...backend, weight });
  }
  throw new StepFailure(`apisix route ${service} backend was not found`);
}

function find(routing: Routing, name: string): RoutedObject {
  const found = routing.find(apisixRoute(routing.rollout, name));
  if (!found) throw new StepFailure(`apisixroutes.${GROUP} "${name}" not found`);
  return found;
}

/** @param doing  in Argo's words, which differ from call to call */
function replace(routing: Routing, before: RoutedObject, after: RoutedObject, doing: string): void {
  if (!mergePatch({ ...before }, { ...after })) return;
  warnOfFailure(routing, before, { doing, reason: 'ApisixRouteUpdateError' }, () => routing.replace(before, after));
}

function create(routing: Routing, object: RoutedObject): void {
  warnOfFailure(routing, object, { doing: 'create', reason: 'ApisixRouteCreateError' }, () => {
    // It was made since: the next step sees whose it is.
    if (routing.create(object)) {
      throw new StepFailure(`apisixroutes.${GROUP} "${object.metadata.name ?? ''}" already exists`);
    }
  });
}

function remove(routing: Routing, object: RoutedObject, doing: string): void {
  warnOfFailure(routing, object, { doing, reason: 'ApisixRouteDeleteError' }, () => routing.remove(object));
}

function warnOfFailure(
  routing: Routing,
  { metadata: { name = '' } }: RoutedObject,
  { doing, reason }: { readonly doing: string; readonly reason: string },
  act: () => void,
): void {
  try {
    act();
  } catch (error) {
    if (error instanceof StepFailure) routing.warn(reason, `Error ${doing} apisix route "${name}": ${error.message}`);
    throw error;
  }
}

function apisixRoute({ metadata }: Rollout, name: string): Routed {
  return { kind: 'ApisixRoute', namespace: metadata.namespace ?? '', name };
}
