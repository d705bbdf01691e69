import type { LabelSelector, PodTemplate } from '../model/pod-template.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import type { Rollout } from '../model/rollout.ts';
import type { AntiAffinity } from '../model/rollout-strategy.ts';
import { podTemplateHash } from '../workload/pod-template-hash.ts';

/** The parts of a pod's affinity that matter here. */
interface Affinity {
  readonly podAntiAffinity?: PodAntiAffinity;
  readonly [field: string]: unknown;
}

interface PodAntiAffinity {
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredTerm[];
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly Term[];
}

interface PreferredTerm {
  readonly weight: number;
  readonly podAffinityTerm?: Term;
}

interface Term {
  readonly labelSelector?: {
    readonly matchExpressions?: NonNullable<LabelSelector['matchExpressions']>;
  };
  readonly [field: string]: unknown;
}

const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

function wantedAntiAffinity({ spec }: Rollout): AntiAffinity | undefined {
  const wanted = spec.strategy?.canary?.antiAffinity ?? spec.strategy?.blueGreen?.antiAffinity;
  return wanted?.[PREFERRED] || wanted?.[REQUIRED] ? wanted : undefined;
}

function affinityOf(template: PodTemplate): Affinity | undefined {
  return template.spec?.['affinity'] as Affinity | undefined;
}

function withAffinity(template: PodTemplate, affinity: Affinity | undefined): PodTemplate {
  const { affinity: _old, ...spec } = { containers: [], ...template.spec } as NonNullable<PodTemplate['spec']>;
  return { ...template, spec: { ...spec, ...(affinity && { affinity }) } };
}

/**
 * A template as new pods get it: during an update, away from the nodes of the stable ones.
 * @source GenerateReplicaSetAffinity in utils/replicaset/replicaset.go of argoproj/argo-rollouts
 */
export function withAntiAffinity(rollout: Rollout, template: PodTemplate): PodTemplate {
  const wanted = wantedAntiAffinity(rollout);
  const { stableRS = '' } = rollout.status ?? {};
  const affinity = affinityOf(rollout.spec.template ?? {});
  if (wanted === undefined || stableRS === '' || stableRS === currentHash(rollout)) {
    return affinity === affinityOf(template) ? template : withAffinity(template, affinity);
  }
  const term: Term = {
    labelSelector: { matchExpressions: [{ key: POD_HASH_LABEL, operator: 'In', values: [stableRS] }] },
    namespaces: [rollout.metadata.namespace ?? ''],
    topologyKey: 'kubernetes.io/hostname',
  };
  const before = affinity?.podAntiAffinity ?? {};
  const preferred = wanted[PREFERRED];
  const podAntiAffinity: PodAntiAffinity = preferred
    ? { ...before, [PREFERRED]: [...(before[PREFERRED] ?? []), { weight: preferred.weight, podAffinityTerm: term }] }
    : { ...before, [REQUIRED]: [...(before[REQUIRED] ?? []), term] };
  return withAffinity(template, { ...affinity, podAntiAffinity });
}

function currentHash({ spec, status }: Rollout): string {
  return podTemplateHash(spec.template ?? {}, status?.collisionCount);
}

/** Of which stable pods a template says to stay away: the place of the term, and its value. */
function findTerm(
  rollout: Rollout,
  affinity: Affinity | undefined,
): { at: number; hash: string | undefined } | undefined {
  const wanted = wantedAntiAffinity(rollout);
  const { podAntiAffinity } = affinity ?? {};
  if (wanted === undefined || podAntiAffinity === undefined) return undefined;
  const terms = wanted[PREFERRED]
    ? (podAntiAffinity[PREFERRED] ?? []).map(({ podAffinityTerm }) => podAffinityTerm)
    : (podAntiAffinity[REQUIRED] ?? []);
  for (const [at, term] of terms.entries()) {
    const found = term?.labelSelector?.matchExpressions?.find(({ key }) => key === POD_HASH_LABEL);
    if (found) return { at, hash: found.values?.[0] };
  }
  return undefined;
}

/** Whether a template tells pods to stay away from others than the stable ones. */
export function isAntiAffinityOutdated(rollout: Rollout, template: PodTemplate): boolean {
  const found = findTerm(rollout, affinityOf(template));
  const { stableRS } = rollout.status ?? {};
  if (found?.hash === undefined || stableRS === currentHash(rollout)) return false;
  return found.hash !== stableRS;
}

/** A template without what `withAntiAffinity` added. */
export function withoutAntiAffinity(rollout: Rollout, template: PodTemplate): PodTemplate {
  const affinity = affinityOf(template);
  const found = findTerm(rollout, affinity);
  if (found === undefined || affinity?.podAntiAffinity === undefined) return template;
  const { podAntiAffinity, ...others } = affinity;
  const field = wantedAntiAffinity(rollout)?.[PREFERRED] ? PREFERRED : REQUIRED;
  const left = podAntiAffinity[field]?.toSpliced(found.at, 1) ?? [];
  const { [field]: _old, ...rest } = podAntiAffinity;
  const kept: PodAntiAffinity = left.length === 0 ? rest : { ...rest, [field]: left };
  const next = Object.keys(kept).length === 0 ? others : { ...others, podAntiAffinity: kept };
  return withAffinity(template, Object.keys(next).length === 0 ? undefined : next);
}
