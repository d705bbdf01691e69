import { goJson } from '../../expression/go/json-fields.ts';
import { isObject } from '../../model/is-object.ts';
import type { Rollout } from '../../model/rollout.ts';
import { invalid, invalidJson } from '../validation/field-error.ts';
import type { RoutedObject, RouterReferences } from './router.ts';

const PATH = 'spec.strategy.canary.trafficRouting';

/** The Ingresses that a Rollout names: one, or several. */
export interface NamedIngresses {
  /** The field of the router: `nginx`. */
  readonly router: string;
  /** The fields that name them, as problems tell them; the last is the path that is told where one is missing. */
  readonly one: { readonly field: string; readonly called: string; readonly name: string | undefined };
  readonly several: {
    readonly field: string;
    readonly called: string;
    readonly whereMissing: string;
    readonly names: readonly string[] | undefined;
  };
  /** The Service that one of their rules must lead to. */
  readonly service: string;
}

/**
 * Ingresses have to be named one way or the other, be there, and lead to a Service.
 * @source ValidateIngress in pkg/apis/rollouts/validation/validation_references.go of argoproj/argo-rollouts
 */
export function ingressReferences(namedBy: (rollout: Rollout) => NamedIngresses): RouterReferences {
  return {
    findMissing(rollout, find) {
      const { router, one, several } = namedBy(rollout);
      const isOne = (one.name ?? '') !== '';
      if (isOne === (several.names !== undefined)) {
        const which = isOne ? 'Both' : 'Neither';
        const why = `Either ${one.called} or ${several.called} must be configured. ${which} are configured.`;
        return `${PATH}.${router}: Internal error: ${why}`;
      }
      const missing = namesOf(namedBy(rollout)).find((name) => find(ingress(rollout, name)) === undefined);
      if (missing === undefined) return undefined;
      const why = `ingress.networking.k8s.io "${missing}" not found`;
      return several.names === undefined
        ? invalid(`${PATH}.${router}.${one.field}`, missing, why)
        : invalidJson(`${PATH}.${router}.${several.whereMissing}`, goJson(several.names), why);
    },

    check(rollout, find) {
      const named = namedBy(rollout);
      const { router, one, several, service } = named;
      const field = several.names === undefined ? one.field : several.field;
      for (const name of namesOf(named)) {
        const found = find(ingress(rollout, name));
        if (found === undefined || leadsTo(found, service)) continue;
        const why = `ingress \`${name}\` has no rules using service ${service} backend`;
        return invalid(`${PATH}.${router}.${field}`, name, why);
      }
      return undefined;
    },
  };
}

function namesOf({ one, several }: NamedIngresses): readonly string[] {
  return several.names ?? [one.name ?? ''];
}

function ingress({ metadata }: Rollout, name: string) {
  return { kind: 'Ingress', namespace: metadata.namespace ?? '', name };
}

/**
 * Whether one of the rules of an Ingress leads to a Service. Argo breaks down over a path that leads to something else
 * than a Service.
 */
export function leadsTo({ spec }: RoutedObject, service: string): boolean {
  const rules = isObject(spec) && Array.isArray(spec['rules']) ? spec['rules'].filter(isObject) : [];
  const paths = rules.flatMap(({ http }) => {
    return isObject(http) && Array.isArray(http['paths']) ? http['paths'].filter(isObject) : [];
  });
  return paths.some(({ backend }) => {
    if (!isObject(backend)) return false;
    const { service: named, serviceName } = backend;
    return (isObject(named) ? named['name'] : serviceName) === service;
  });
}
