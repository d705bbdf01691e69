import { isObject } from '../../model/is-object.ts';
import type { Rollout } from '../../model/rollout.ts';
import { invalid, invalidJson } from '../validation/field-error.ts';
import { valueAt } from './accessor.ts';
import type { FindRouted, Routed, RoutedObject, RouterReferences } from './router.ts';

const PATH = 'spec.strategy.canary.trafficRouting.appmesh.virtualService';
const GROUP = 'appmesh.k8s.aws';
/** Kinds of routes whose traffic can be split, in the order in which they are looked for. */
export const ROUTE_TYPES = ['httpRoute', 'tcpRoute', 'http2Route', 'grpcRoute'];

/**
 * The virtual service has to be there, and its virtual router, each of whose routes leads to two targets.
 * @source ValidateAppMeshVirtualRouter in pkg/apis/rollouts/validation/validation_references.go of
 *         argoproj/argo-rollouts
 */
export const appMeshReferences: RouterReferences = {
  findMissing(rollout, find) {
    const service = virtualServiceOf(rollout);
    if (service === undefined) return invalidJson(PATH, 'null', 'must provide virtual-service');
    const where = `${service.name}.${service.namespace}`;
    const found = find(service);
    if (found === undefined) {
      return invalid(PATH, where, `virtualservices.${GROUP} "${service.name}" not found`);
    }
    const router = virtualRouterOf(found, service.namespace);
    if (router === undefined) return 'Virtual-service is not associated with virtual-router';
    if (find(router) !== undefined) return undefined;
    return invalid(PATH, where, `virtualrouters.${GROUP} "${router.name}" not found`);
  },

  check(rollout, find) {
    const found = findRouter(rollout, find);
    return found && routerProblem(found);
  },
};

/** The virtual service that a Rollout names. Istio has a kind of that name, too; here it is told apart. */
export function virtualServiceOf({ metadata, spec }: Rollout): Routed | undefined {
  const { name } = spec.strategy?.canary?.trafficRouting?.appMesh?.virtualService ?? {};
  if (name === undefined) return undefined;
  return { kind: 'AppMeshVirtualService', namespace: metadata.namespace ?? '', name };
}

/**
 * The virtual router of a virtual service.
 * @param namespace  that of the virtual service, where none is named
 */
export function virtualRouterOf({ spec }: RoutedObject, namespace: string): Routed | undefined {
  const ref = valueAt(spec, 'provider', 'virtualRouter', 'virtualRouterRef');
  if (!isObject(ref)) return undefined;
  return { kind: 'VirtualRouter', namespace: textOf(ref['namespace']) || namespace, name: textOf(ref['name']) };
}

function findRouter(rollout: Rollout, find: FindRouted): RoutedObject | undefined {
  const service = virtualServiceOf(rollout);
  const found = service && find(service);
  const router = found && virtualRouterOf(found, service.namespace);
  return router && find(router);
}

/** What is wrong with a virtual router. */
export function routerProblem({ metadata, spec }: RoutedObject): string | undefined {
  const { name = '' } = metadata;
  const router = `AppMesh virtual-router ${name}`;
  const routes: readonly unknown[] = isObject(spec) && Array.isArray(spec['routes']) ? spec['routes'] : [];
  if (routes.length === 0) return invalid('spec.routes', name, `No routes defined for ${router}`);
  for (const [index, route] of routes.entries()) {
    const problem = routeProblem(route, router, index);
    if (problem !== undefined) return invalid(`spec.routes[${index}]${problem.field}`, name, problem.why);
  }
  return undefined;
}

interface RouteProblem {
  readonly field: string;
  readonly why: string;
}

function routeProblem(route: unknown, router: string, index: number): RouteProblem | undefined {
  if (!isObject(route)) return { field: '', why: `Invalid route was found for ${router} at index ${index}` };
  const named = `${router} and route ${textOf(route['name'])}`;
  const type = ROUTE_TYPES.find((each) => isObject(route[each]));
  if (type === undefined) {
    return { field: '', why: `Error getting route details for ${named}. Error: Route has unsupported route type` };
  }
  const field = `.${type}.action.weightedTargets`;
  const targets = valueAt(route[type], 'action', 'weightedTargets');
  if (!Array.isArray(targets)) return { field, why: `Invalid route action found for ${named}` };
  if (targets.length === 2) return undefined;
  return { field, why: `Invalid number of weightedTargets (${targets.length}) for ${named}, expected 2` };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
