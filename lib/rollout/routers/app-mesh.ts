import { mergePatch } from '../../model/merge-patch.ts';
import { POD_HASH_LABEL } from '../../model/labels.ts';
import { isObject } from '../../model/is-object.ts';
import type { Rollout } from '../../model/rollout.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { mapAt } from './accessor.ts';
import { appMeshReferences, virtualRouterOf, virtualServiceOf } from './app-mesh-references.ts';
import { type VirtualNodes, withWeights } from './app-mesh-routes.ts';
import { type Routed, type RoutedObject, type Router, type Routing, WEIGHTS_ALONE } from './router.ts';

/** In place of hashes that are missing: two virtual nodes must not choose the same pods. */
const NO_STABLE = 'stable-hash';
const NO_CANARY = 'canary-hash';

/**
 * AWS App Mesh: weights in the routes of the virtual router of a virtual service, and the pods that its virtual nodes
 * choose. Unlike Argo's, it writes nothing where nothing changes.
 * @source rollout/trafficrouting/appmesh/appmesh.go of argoproj/argo-rollouts
 * @deprecated AWS ends App Mesh on 2026-09-30, and Argo Rollouts has deprecated its router
 */
export const appMesh: Router = {
  ...WEIGHTS_ALONE,
  type: 'AppMesh',
  references: appMeshReferences,
  needs(rollout, read) {
    const service = virtualServiceOf(rollout);
    const found = service && read(service);
    const router = found && virtualRouterOf(found, service.namespace);
    const { canary, stable } = nodesOf(rollout) ?? {};
    const nodes = [stable, canary].flatMap((name) => (name === undefined ? [] : [node(rollout, name)]));
    return [service, router, ...nodes].filter((object) => object !== undefined).filter(({ name }) => name !== '');
  },

  setWeight(routing, weight) {
    setWeightOf(routing, findRouter(routing), weight);
  },

  updateHash(routing, canaryHash, stableHash) {
    const { canary, stable } = requireNodes(routing.rollout);
    const stablePods = stableHash || NO_STABLE;
    setPods(routing, stable, stablePods);
    const canaryPods = canaryHash === stablePods ? NO_CANARY : canaryHash || NO_CANARY;
    // There are no such pods: its traffic goes before them, which in Argo is the other way round.
    if (canaryPods === NO_CANARY && isThere(routing)) setWeightOf(routing, findRouter(routing), 0);
    setPods(routing, canary, canaryPods);
  },
};

function setWeightOf(routing: Routing, before: RoutedObject, weight: number): void {
  const { routes } = routing.rollout.spec.strategy?.canary?.trafficRouting?.appMesh?.virtualService ?? {};
  replace(routing, before, withWeights(before, new Set(routes), requireNodes(routing.rollout), weight));
}

/** Whether there is a virtual router; where there is none, `setWeight` says so. */
function isThere(routing: Routing): boolean {
  const service = virtualServiceOf(routing.rollout);
  const found = service && routing.find(service);
  const router = found && virtualRouterOf(found, service.namespace);
  return router !== undefined && routing.find(router) !== undefined;
}

/** @throws StepFailure where there is none, after a warning */
function findRouter(routing: Routing): RoutedObject {
  const service = virtualServiceOf(routing.rollout);
  const found = service && routing.find(service);
  if (!service || !found) {
    const { name = '' } = service ?? {};
    return fail(routing, 'VirtualService', `VirtualService \`${name}\``, 'Virtual-service is missing');
  }
  const router = virtualRouterOf(found, service.namespace);
  if (!router) throw new StepFailure('Virtual-service is not associated with virtual-router');
  return (
    routing.find(router) ??
    fail(routing, 'VirtualRouter', `VirtualRouter for \`${service.name}\``, 'Virtual-router is missing')
  );
}

/** Has a virtual node choose the pods of a version. */
function setPods(routing: Routing, name: string, hash: string): void {
  const before =
    routing.find(node(routing.rollout, name)) ??
    fail(routing, 'VirtualNode', `VirtualNode \`${name}\``, 'Virtual-node is missing');
  const matchLabels = { ...mapAt(before, 'spec', 'podSelector', 'matchLabels'), [POD_HASH_LABEL]: hash };
  const spec = isObject(before.spec) ? before.spec : {};
  const podSelector = isObject(spec['podSelector']) ? spec['podSelector'] : {};
  replace(routing, before, { ...before, spec: { ...spec, podSelector: { ...podSelector, matchLabels } } });
}

function replace(routing: Routing, before: RoutedObject, after: RoutedObject): void {
  if (mergePatch({ ...before }, { ...after })) routing.replace(before, after);
}

function fail(routing: Routing, kind: string, what: string, problem: string): never {
  const { namespace = '' } = routing.rollout.metadata;
  routing.warn(`${kind}NotFound`, `${what} not found in namespace \`${namespace}\``);
  throw new StepFailure(problem);
}

/** @throws StepFailure where Argo crashes */
function requireNodes(rollout: Rollout): VirtualNodes {
  const nodes = nodesOf(rollout);
  if (nodes) return nodes;
  throw new StepFailure('spec.strategy.canary.trafficRouting.appMesh.virtualNodeGroup is missing');
}

function nodesOf({ metadata, spec }: Rollout): VirtualNodes | undefined {
  const { virtualNodeGroup: group } = spec.strategy?.canary?.trafficRouting?.appMesh ?? {};
  const { namespace = '' } = metadata;
  return group && { canary: group.canaryVirtualNodeRef.name, stable: group.stableVirtualNodeRef.name, namespace };
}

function node({ metadata }: Rollout, name: string): Routed {
  return { kind: 'VirtualNode', namespace: metadata.namespace ?? '', name };
}
