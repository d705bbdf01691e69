import { isObject } from '../../model/is-object.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import { StepFailure, within } from '../../workload/step-failure.ts';
import { nginxReferences } from './nginx-references.ts';
import { ownerReference } from '../targets.ts';
import { isControlledBy } from '../versions.ts';
import { type RoutedObject, type Router, type Routing, WEIGHTS_ALONE } from './router.ts';

const GROUP = 'networking.k8s.io';
const VERSION = `${GROUP}/v1`;
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const LONGEST_NAME = 253;

/**
 * The NGINX Ingress Controller: beside each Ingress of the stable Service one for the canary, whose annotations have the
 * weight.
 * @source rollout/trafficrouting/nginx/nginx.go of argoproj/argo-rollouts
 */
export const nginx: Router = {
  ...WEIGHTS_ALONE,
  type: 'Nginx',
  references: nginxReferences,

  needs: (rollout) =>
    ingressesOf(rollout).flatMap((name) => [ingress(rollout, name), ingress(rollout, canaryName(rollout, name))]),

  setWeight(routing, weight) {
    for (const name of ingressesOf(routing.rollout)) setWeightOf(routing, name, weight);
  },
};

function setWeightOf(routing: Routing, stableName: string, weight: number): void {
  const { rollout } = routing;
  const name = canaryName(rollout, stableName);
  const stable = routing.find(ingress(rollout, stableName));
  if (!stable) {
    const problem = `ingress.${GROUP} "${stableName}" not found`;
    throw new StepFailure(`error retrieving stableIngress \`${stableName}\` from cache: ${problem}`);
  }
  const known = routing.find(ingress(rollout, name));
  const wanted = canaryIngress(rollout, stable, name, weight);
  if (!known) {
    routing.note('CreatingCanaryIngress', `Creating canary ingress \`${name}\` with weight \`${weight}\``);
  }
  const before = known ?? createOrFind(routing, wanted);
  if (!before) return;
  if (!isControlledBy(before, rollout)) {
    throw new StepFailure(`canary ingress \`${name}\` controlled by different object`);
  }
  // Annotations of others stay; labels do not.
  const { labels: _, ...metadata } = before.metadata;
  const annotations = { ...before.metadata.annotations, ...wanted.metadata.annotations };
  const after: RoutedObject = { ...before, metadata: { ...metadata, annotations }, spec: wanted.spec };
  if (!mergePatch({ ...before }, { ...after })) return;
  routing.note('PatchingCanaryIngress', `Updating Ingress \`${name}\` to desiredWeight '${weight}'`);
  within(`error patching canary ingress \`${name}\``, () => routing.replace(before, after));
}

/** @returns what has the name already: it was made before what is seen here */
function createOrFind(routing: Routing, wanted: RoutedObject): RoutedObject | undefined {
  const { name = '' } = wanted.metadata;
  const found = within(`error creating canary ingress \`${name}\``, () => routing.create(wanted));
  if (!found || 'object' in found) return found?.object;
  throw new StepFailure(`error retrieving canary ingress \`${name}\` from api: ${found.problem}`);
}

/** The Ingress of the canary, without what others add to it. */
function canaryIngress(rollout: Rollout, stable: RoutedObject, name: string, weight: number): RoutedObject {
  const { trafficRouting = {}, stableService = '', canaryService = '' } = rollout.spec.strategy?.canary ?? {};
  const { nginx: asked = {}, maxTrafficWeight } = trafficRouting;
  const prefix = asked.annotationPrefix || 'nginx.ingress.kubernetes.io';
  const spec = isObject(stable.spec) ? stable.spec : {};
  const rules = (Array.isArray(spec['rules']) ? spec['rules'] : []).flatMap((rule: unknown) => {
    const other = forService(rule, stableService, canaryService);
    return other ? [other] : [];
  });
  if (rules.length === 0) {
    throw new StepFailure(
      `ingress \`${asked.stableIngress ?? ''}\` has no rules using service ${stableService} backend`,
    );
  }
  const additional = Object.entries(asked.additionalIngressAnnotations ?? {}).map(([key, value]) => [
    key.startsWith(prefix) ? key : `${prefix}/${key}`,
    value,
  ]);
  const ingressClass = stable.metadata.annotations?.[CLASS_ANNOTATION];
  const annotations: Record<string, string> = {
    ...(ingressClass !== undefined && { [CLASS_ANNOTATION]: ingressClass }),
    ...(Object.fromEntries(additional) as Record<string, string>),
    ...asked.canaryIngressAnnotations,
    [`${prefix}/canary`]: 'true',
    [`${prefix}/canary-weight`]: String(weight),
    ...(maxTrafficWeight !== undefined && { [`${prefix}/canary-weight-total`]: String(maxTrafficWeight) }),
  };
  const { ingressClassName, tls } = spec;
  return {
    apiVersion: VERSION,
    kind: 'Ingress',
    metadata: { name, annotations, ownerReferences: [ownerReference(rollout)] },
    spec: {
      ...(ingressClassName !== undefined && { ingressClassName }),
      ...(Array.isArray(tls) && tls.length > 0 && { tls: tls as unknown }),
      rules,
    },
  };
}

/** A rule with another Service in place of one; undefined where it has no path to that. */
function forService(rule: unknown, from: string, to: string): unknown {
  const http = isObject(rule) ? rule['http'] : undefined;
  const paths: readonly unknown[] = isObject(http) && Array.isArray(http['paths']) ? http['paths'] : [];
  const others = paths.map((path) => {
    const backend = isObject(path) ? path['backend'] : undefined;
    const service = isObject(backend) ? backend['service'] : undefined;
    if (!isObject(path) || !isObject(backend) || !isObject(service) || service['name'] !== from) return path;
    return { ...path, backend: { ...backend, service: { ...service, name: to } } };
  });
  const isUsed = others.some((path, index) => path !== paths[index]);
  return isUsed && isObject(rule) && isObject(http) ? { ...rule, http: { ...http, paths: others } } : undefined;
}

function ingressesOf({ spec }: Rollout): readonly string[] {
  const { stableIngress = '', stableIngresses = [stableIngress] } = spec.strategy?.canary?.trafficRouting?.nginx ?? {};
  return stableIngresses;
}

function canaryName({ metadata }: Rollout, stableName: string): string {
  const suffix = '-canary';
  return `${metadata.name ?? ''}-${stableName}`.slice(0, LONGEST_NAME - suffix.length) + suffix;
}

function ingress({ metadata }: Rollout, name: string) {
  return { kind: 'Ingress', namespace: metadata.namespace ?? '', name };
}
