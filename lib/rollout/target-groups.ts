import { isObject } from '../model/is-object.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import type { Registration } from '../model/load-balancer.ts';
import type { Rollout } from '../model/rollout.ts';
import { replicasIn, type ReplicaSet } from '../workload/replica-set.ts';
import { canaryServices } from './routers/services.ts';
import { deadlineOf } from './scale-down-deadline.ts';
import type { Service } from './seen.ts';
import { StepFailure } from '../workload/step-failure.ts';
import { selectedHash } from './switch-service.ts';
import { hashOf, isControlledBy } from './versions.ts';
import { note, statusOf, wakeAfter, warn, type Work } from './work.ts';

/** A target group that is to have certain pods. */
export interface ServedGroup {
  readonly arn: string;
  /** `10.0.0.1:8080` */
  readonly addresses: ReadonlySet<string>;
}

const VERIFY_AGAIN_MS = 10_000;

/**
 * The Services whose pods target groups must have before old pods may go, as far as that can be told by what was read:
 * the stable one of a canary behind a load balancer of AWS, the active one of a blue-green update.
 */
export function neededRegistrations(
  rollout: Rollout,
  replicaSets: readonly ReplicaSet[],
  services: ReadonlyMap<string, Service>,
): readonly Service[] {
  const { currentPodHash = '' } = statusOf(rollout);
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const old = replicaSets.filter((each) => isControlledBy(each, rollout) && hashOf(each) !== currentPodHash);
  if (canary && !areAboutToGo(old)) return [];
  const name = blueGreen ? blueGreen.activeService : canaryServices(rollout, true).stable;
  const service = services.get(name ?? '');
  return service && isDue(rollout, currentPodHash, service) ? [service] : [];
}

/** Whether there are old pods that do not wait for their time to go. Before they do, target groups were verified. */
function areAboutToGo(old: readonly ReplicaSet[]): boolean {
  return old.some((each) => replicasIn(each) > 0 && deadlineOf(each) === '');
}

/**
 * Whether old pods of a canary may go.
 * @throws StepFailure where that cannot be known
 * @source canProceedWithScaleDownAnnotation in rollout/canary.go of argoproj/argo-rollouts
 */
export function mayOldGo(work: Work, old: readonly ReplicaSet[]): boolean {
  const { rollout, seen } = work;
  if (rollout.spec.strategy?.canary?.trafficRouting?.alb === undefined || !areAboutToGo(old)) return true;
  const { stable } = canaryServices(rollout, true);
  const service = work.services.get(stable) ?? seen.services.get(stable);
  return service === undefined || areRegistered(work, service);
}

/**
 * Whether target groups of AWS have all pods of a Service; also where nobody looks, or need not look now. Those of one that
 * was switched just now are looked at in the next step.
 *
 * @throws StepFailure where that cannot be known
 * @source awsVerifyTargetGroups in rollout/service.go of argoproj/argo-rollouts
 */
export function areRegistered(work: Work, service: Service): boolean {
  const { rollout, seen, versions } = work;
  if (!seen.registrations || !isDue(rollout, hashOf(versions.latest), service)) return true;
  const { name = '' } = service.metadata;
  const found = work.services.has(name) ? undefined : seen.registrations.get(name);
  if (!found) {
    wakeAfter(work, VERIFY_AGAIN_MS);
    return false;
  }
  if ('problem' in found) throw notVerified(work, name, 'unknown', found.problem);
  return found.object.every((registration) => isComplete(work, name, registration));
}

function isDue({ spec, status }: Rollout, hash: string, service: Service): boolean {
  const { blueGreen, canary } = spec.strategy ?? {};
  const isStable = (status?.stableRS ?? '') === hash;
  if (canary) return isStable && canary.trafficRouting?.alb !== undefined;
  if (!blueGreen || isStable || selectedHash(service) !== hash) return false;
  return status?.blueGreen?.postPromotionAnalysisRunStatus === undefined;
}

function isComplete(work: Work, service: string, registration: Registration): boolean {
  const { arn } = registration;
  if ('problem' in registration) throw notVerified(work, service, arn, registration.problem);
  const { registered, total } = registration;
  const what = `Service ${service} (TargetGroup ${arn})`;
  if (registered === total) {
    note(work, 'TargetGroupVerified', `${what} verified: ${registered} endpoints registered`);
    return true;
  }
  warn(work, 'TargetGroupUnverified', `${what} not verified: ${registered}/${total} endpoints registered`);
  wakeAfter(work, VERIFY_AGAIN_MS);
  return false;
}

function notVerified(work: Work, service: string, arn: string, problem: string): StepFailure {
  warn(work, 'TargetGroupVerifyError', `Failed to verify Service ${service} (TargetGroup ${arn}): ${problem}`);
  wakeAfter(work, VERIFY_AGAIN_MS);
  return new StepFailure(problem);
}

type Loose = KubernetesObject & { readonly spec?: unknown; readonly subsets?: unknown };

/** The TargetGroupBindings of the pods of a Service. */
export function bindingsOf(service: Service, bindings: readonly Loose[]): readonly Loose[] {
  return bindings.filter((binding) => {
    const { name } = serviceRefOf(binding);
    return name === service.metadata.name && portsOf(service, binding).length > 0;
  });
}

/**
 * The target groups that have pods themselves for targets, not nodes.
 * @source VerifyTargetGroupBinding in utils/aws/aws.go of argoproj/argo-rollouts
 */
export function servedGroups(service: Service, bindings: readonly Loose[], endpoints: Loose): readonly ServedGroup[] {
  return bindings.flatMap((binding) => {
    const { targetGroupARN: arn, targetType } = isObject(binding.spec) ? binding.spec : {};
    const [port] = portsOf(service, binding).flatMap(({ targetPort }) => numberOf(targetPort, endpoints) ?? []);
    if (typeof arn !== 'string' || targetType !== 'ip' || port === undefined) return [];
    const ips = subsetsOf(endpoints).flatMap(({ addresses }) => objectsIn(addresses).map(({ ip }) => String(ip)));
    return { arn, addresses: new Set(ips.map((ip) => `${ip}:${port}`)) };
  });
}

function serviceRefOf({ spec }: Loose): Readonly<Record<string, unknown>> {
  const reference = isObject(spec) ? spec['serviceRef'] : undefined;
  return isObject(reference) ? reference : {};
}

function portsOf(service: Service, binding: Loose): readonly Readonly<Record<string, unknown>>[] {
  const { port: wanted } = serviceRefOf(binding);
  return objectsIn(service.spec?.ports).filter(
    ({ name, port }) => wanted !== undefined && wanted !== '' && (wanted === port || wanted === name),
  );
}

/** What a port of a Service leads to; the name of one is looked up where the pods are. */
function numberOf(targetPort: unknown, endpoints: Loose): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const ports = subsetsOf(endpoints).flatMap((subset) => objectsIn(subset['ports']));
  const port = ports.find(({ name }) => name === targetPort)?.['port'];
  return typeof port === 'number' ? port : undefined;
}

function subsetsOf({ subsets }: Loose): readonly Readonly<Record<string, unknown>>[] {
  return objectsIn(subsets);
}

function objectsIn(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
