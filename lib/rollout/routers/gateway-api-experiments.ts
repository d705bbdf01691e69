import { isObject } from '../../model/is-object.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { WeightDestination } from '../../model/rollout-status.ts';
import { latestOf } from '../current-step.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { backendsOf, hasBackend, type Json } from './gateway-api-rules.ts';
import type { Routed, RoutedObject, Routing } from './router.ts';
import { canaryServices } from './services.ts';

/** The Services that pods of the current experiment have, or will have, if they are to get traffic. */
export function experimentServices(rollout: Rollout): readonly Routed[] {
  const { currentExperiment = '' } = rollout.status?.canary ?? {};
  if (currentExperiment === '') return [];
  const templates = latestOf(rollout, ({ experiment }) => experiment)?.templates ?? [];
  return templates.flatMap(({ name, weight, service }) =>
    weight === undefined ? [] : [serviceOf(rollout, service?.name || `${currentExperiment}-${name}`)],
  );
}

/**
 * The rules with the pods of an experiment in the first one that leads to either version; once it is over, without them.
 *
 * As in Argo's plugin, the stable pods get what an experiment leaves of 100, whatever the canary has; and the rule begins
 * at 0 and 100 once more when the experiment is forgotten. Unlike there, its pods are taken out as soon as it ends.
 * @source HandleExperiment in pkg/plugin/experiment.go of argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi
 */
export function withExperiment(
  routing: Routing,
  rules: readonly Json[],
  additional: readonly WeightDestination[],
): readonly Json[] {
  const { rollout } = routing;
  const { canary, stable } = canaryServices(rollout);
  const index = rules.findIndex((rule) => hasBackend(rule, stable) || hasBackend(rule, canary));
  const rule = rules[index];
  if (!rule) return rules;
  const backends = backendsOf(rule);
  const { currentExperiment = '', weights } = rollout.status?.canary ?? {};
  if (additional.length > 0 && currentExperiment !== '') {
    return rules.with(index, { ...rule, backendRefs: withAdditional(routing, backends, stable, additional) });
  }
  const gone = new Set<unknown>((weights?.additional ?? []).flatMap(({ serviceName }) => serviceName ?? []));
  const left = backends.filter(({ name }) => !gone.has(name));
  if (left.length === backends.length) return rules;
  if (currentExperiment !== '') return rules.with(index, { ...rule, backendRefs: left });
  const backendRefs = left.map((backend) => {
    if (backend['name'] === stable) return { ...backend, weight: 100 };
    return backend['name'] === canary ? { ...backend, weight: 0 } : backend;
  });
  return rules.with(index, { ...rule, backendRefs });
}

function withAdditional(
  routing: Routing,
  backends: readonly Json[],
  stable: string,
  additional: readonly WeightDestination[],
): readonly Json[] {
  const total = additional.reduce((sum, { weight }) => sum + weight, 0);
  const at = backends.findIndex(({ name }) => name === stable);
  const reduced = backends.map((each, index) =>
    index === at ? { ...each, weight: 100 - Math.min(total, 100) } : each,
  );
  return additional.reduce<readonly Json[]>((all, { serviceName = '', weight }) => {
    if (all.some(({ name }) => name === serviceName)) return all;
    const { rollout } = routing;
    const service = findOrNone(routing, serviceOf(rollout, serviceName));
    if (!service) return all;
    return [...all, { name: serviceName, namespace: rollout.metadata.namespace, port: portOf(service), weight }];
  }, reduced);
}

/** One that cannot be read is left out. */
function findOrNone(routing: Routing, object: Routed): RoutedObject | undefined {
  try {
    return routing.find(object);
  } catch (error) {
    if (error instanceof StepFailure) return undefined;
    throw error;
  }
}

/** The port named `http`, or the first. */
function portOf({ spec }: RoutedObject): unknown {
  const ports = isObject(spec) && Array.isArray(spec['ports']) ? spec['ports'].filter(isObject) : [];
  const { port } = ports.find(({ name }) => name === 'http') ?? ports[0] ?? {};
  return port ?? 8080;
}

function serviceOf({ metadata }: Rollout, name: string): Routed {
  return { kind: 'Service', namespace: metadata.namespace ?? '', name };
}
