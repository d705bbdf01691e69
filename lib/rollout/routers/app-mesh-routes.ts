import { isObject } from '../../model/is-object.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { invalid } from '../validation/field-error.ts';
import { valueAt } from './accessor.ts';
import { ROUTE_TYPES } from './app-mesh-references.ts';
import type { RoutedObject } from './router.ts';

type Json = Readonly<Record<string, unknown>>;

/** The virtual nodes of both versions, by their names, and where they are. */
export interface VirtualNodes {
  readonly canary: string;
  readonly stable: string;
  readonly namespace: string;
}

/**
 * A virtual router with weights for the virtual nodes of both versions; others keep theirs.
 *
 * @param names  of the routes to change; empty: all
 * @throws StepFailure as Argo says where one is malformed
 * @source reconcileVirtualRouter in rollout/trafficrouting/appmesh/appmesh.go of argoproj/argo-rollouts
 */
export function withWeights(
  router: RoutedObject,
  names: ReadonlySet<string>,
  nodes: VirtualNodes,
  weight: number,
): RoutedObject {
  const spec = isObject(router.spec) ? router.spec : {};
  const routerName = router.metadata.name ?? '';
  if (!Array.isArray(spec['routes'])) throw new StepFailure(invalid('spec.routes', routerName, 'No routes found'));
  const written: readonly unknown[] = spec['routes'];
  const routes = written.map((route, index) => {
    const form: Form = (field) => malformed(`spec.routes[${index}]${field}`, routerName);
    if (!isObject(route)) throw form('');
    const { name } = route;
    if (typeof name !== 'string') throw form('.name');
    return names.size > 0 && !names.has(name) ? route : withTargets(route, nodes, weight, form);
  });
  return { ...router, spec: { ...spec, routes } };
}

/** The failure for a field of a route that is not as it should be. */
type Form = (field: string) => StepFailure;

function withTargets(route: Json, nodes: VirtualNodes, weight: number, form: Form): Json {
  const type = ROUTE_TYPES.find((each) => route[each] !== undefined);
  const rule = type === undefined ? undefined : route[type];
  if (type === undefined || !isObject(rule)) throw form('');
  const path = `.${type}.action.weightedTargets`;
  const { action } = rule;
  const targets = valueAt(action, 'weightedTargets');
  if (!isObject(action) || !Array.isArray(targets)) throw form(path);
  const weightedTargets = targets.map((target: unknown, index) =>
    withWeight(target, nodes, weight, (field) => form(`${path}[${index}]${field}`)),
  );
  return { ...route, [type]: { ...rule, action: { ...action, weightedTargets } } };
}

function withWeight(target: unknown, nodes: VirtualNodes, weight: number, form: Form): Json {
  if (!isObject(target)) throw form('');
  const { virtualNodeRef: node, weight: current } = target;
  if (!isObject(node)) throw form('.virtualNodeRef');
  if (typeof current !== 'number') throw form('.weight');
  const { name, namespace } = node;
  const isElsewhere = typeof namespace === 'string' && namespace !== '' && namespace !== nodes.namespace;
  if (isElsewhere) return target;
  if (name === nodes.stable) return { ...target, weight: 100 - weight };
  return name === nodes.canary ? { ...target, weight } : target;
}

function malformed(field: string, router: string): StepFailure {
  return new StepFailure(invalid(field, router, 'not well-formed'));
}
