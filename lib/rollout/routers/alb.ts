import type { SetHeaderRoute } from '../../model/canary-step.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import { StepFailure, within } from '../../workload/step-failure.ts';
import {
  actionKey,
  canaryAction,
  conditionKey,
  conditionsOf,
  rootServiceOf,
  splitAction,
  withManaged,
} from './alb-annotations.ts';
import { findIngress, ingressesOf, ingressNamed } from './alb-ingresses.ts';
import { inOrder, withFirst, withoutOne, withPaths } from './alb-paths.ts';
import { albReferences } from './alb-references.ts';
import { loadBalancersOf, verifyWeights } from './alb-verification.ts';
import { leadsTo } from './ingress-references.ts';
import { type RoutedObject, type Router, type Routing, WEIGHTS_ALONE } from './router.ts';

/**
 * The AWS Load Balancer Controller: annotations of an Ingress say what becomes of requests for a backend that is none.
 * @source rollout/trafficrouting/alb/alb.go of argoproj/argo-rollouts
 */
export const alb: Router = {
  ...WEIGHTS_ALONE,
  type: 'ALB',
  references: albReferences,

  needs: (rollout) => ingressesOf(rollout).map((name) => ingressNamed(rollout, name)),
  loadBalancers: loadBalancersOf,

  setWeight(routing, weight, additional) {
    const { rollout } = routing;
    const root = rootServiceOf(rollout);
    for (const name of ingressesOf(rollout)) {
      const before = findIngress(routing, name);
      if (!leadsTo(before, root)) throw new StepFailure(`ingress does not have service \`${root}\` in rules`);
      const wanted = { [actionKey(rollout, root)]: splitAction(rollout, weight, additional) };
      const annotations = withManaged(rollout, annotationsOf(before), wanted);
      write(routing, before, withAnnotations(before, annotations), `to desiredWeight '${weight}'`);
    }
  },

  setHeaderRoute(routing, { name: route, match }) {
    if (route === undefined) return;
    const { rollout } = routing;
    const keys = keysOf(rollout, route);
    for (const name of ingressesOf(rollout)) {
      const before = findIngress(routing, name);
      const [action, condition] = keys;
      const wanted = match && { [action]: canaryAction(rollout), [condition]: conditionsOf(match) };
      const annotations = withManaged(rollout, annotationsOf(before), wanted ?? {}, match ? [] : keys);
      const isThere = leadsTo(before, route);
      const spec = withPaths(before.spec, (paths) => {
        if (!match) return inOrder(withoutOne(paths, route), managedRoutes(rollout));
        return inOrder(isThere ? paths : withFirst(paths, route), managedRoutes(rollout));
      });
      const after = { ...withAnnotations(before, annotations), spec };
      write(routing, before, after, `to headerRoute '${printed({ name: route, ...(match && { match }) })}'`);
    }
  },

  removeManagedRoutes(routing) {
    const { rollout } = routing;
    const routes = managedRoutes(rollout);
    if (routes.length === 0) return;
    const keys = routes.flatMap((route) => keysOf(rollout, route));
    for (const name of ingressesOf(rollout)) {
      const before = findIngress(routing, name);
      const annotations = withManaged(rollout, annotationsOf(before), {}, keys);
      const spec = withPaths(before.spec, (paths) => routes.reduce(withoutOne, paths));
      write(routing, before, { ...withAnnotations(before, annotations), spec }, 'removing managed routes');
    }
  },

  verifyWeight: verifyWeights,
};

/** An Ingress that is as it should be does not keep the others from being so. */
function write(routing: Routing, before: RoutedObject, after: RoutedObject, why: string): void {
  if (!mergePatch({ ...before }, { ...after })) return;
  const { name = '' } = before.metadata;
  routing.note('PatchingALBIngress', `Updating Ingress \`${name}\` ${why}`);
  within(`error patching alb ingress \`${name}\``, () => routing.replace(before, after));
}

function keysOf(rollout: Rollout, route: string): readonly [action: string, condition: string] {
  return [actionKey(rollout, route), conditionKey(rollout, route)];
}

function managedRoutes({ spec }: Rollout): readonly string[] {
  return (spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
}

function annotationsOf({ metadata }: RoutedObject): Readonly<Record<string, string>> {
  return metadata.annotations ?? {};
}

function withAnnotations(before: RoutedObject, annotations: Readonly<Record<string, string>>): RoutedObject {
  return { ...before, metadata: { ...before.metadata, annotations } };
}

/** As Go prints it for a number, but for the addresses. */
function printed({ name = '', match = [] }: SetHeaderRoute): string {
  const matches = match.map(({ headerName }) => `{%!d(string=${headerName}) <address>}`);
  return `&{%!d(string=${name}) [${matches.join(' ')}]}`;
}
