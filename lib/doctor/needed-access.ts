import type { AddressMode } from '../clusters/api/addresses.ts';
import type { Access } from '../clusters/api/inspect.ts';
import { FACTS, type Facts, followedKinds } from '../kinds/facts/registry.ts';
import type { Need } from '../model/kind-facts.ts';
import { RESOURCES } from '../model/resources.ts';

/** A verb that Assay uses; `without` says what is lost without it, where that is not all. */
export type NeededVerb = Access & { readonly without?: string };

/** What is needed whatever the kinds are: schedules make runs of templates, and Kubernetes Events tell of everything. */
const NEEDED_ANYWAY: readonly Need[] = [
  { kind: 'AnalysisRun', verbs: ['create', 'delete'] },
  { kind: 'AnalysisTemplate', verbs: ['list'] },
  { kind: 'ClusterAnalysisTemplate', verbs: ['list'] },
  { kind: 'Event', verbs: ['create', 'patch'], without: 'no Kubernetes Events tell of what happens' },
  {
    kind: 'Namespace',
    verbs: ['list'],
    without: 'schedules of ClusterAnalysisTemplates must name their namespaces, and cannot select them by labels',
  },
];

/** All that the kinds need, which infra/cluster/rbac.yaml allows; a test compares the two. */
function needsOf(facts: Facts): readonly Need[] {
  return [
    ...facts.map(({ kind }) => ({ kind, verbs: ['get', 'list', 'patch'] })),
    ...facts.flatMap(({ needs }) => needs),
    ...NEEDED_ANYWAY,
    ...facts.map(({ kind }) => ({
      kind,
      subresource: 'finalizers',
      verbs: ['update'],
      without: 'clusters with OwnerReferencesPermissionEnforcement (OpenShift) refuse what is created for a run',
    })),
    ...followedKinds(facts).map((kind) => ({
      kind,
      verbs: ['watch'],
      without: '`assay serve` cannot follow them; the functions on AWS do not need it',
    })),
  ];
}

export interface NeededVerbsOptions {
  readonly namespace?: string | undefined;
  readonly addressMode: AddressMode;
  /** Default: those of all kinds. */
  readonly facts?: Facts;
}

/** Verb by verb what a cluster with these settings must allow; each once. */
export function neededVerbs({ namespace, addressMode, facts = FACTS }: NeededVerbsOptions): readonly NeededVerb[] {
  const needed = needsOf(facts)
    .filter(({ subresource }) => addressMode === 'proxy' || subresource !== 'proxy')
    // Who looks after one namespace keeps no schedules of ClusterAnalysisTemplates.
    .filter(({ kind }) => namespace === undefined || kind !== 'Namespace')
    .flatMap((need) => verbsOf(need, namespace));
  const byName = Object.groupBy(needed, ({ group, resource, verb }) => `${group}/${resource}/${verb}`);
  // What one of them cannot do without is needed, whatever the others say.
  return Object.values(byName).flatMap(
    (same = []) => same.find(({ without }) => without === undefined) ?? same[0] ?? [],
  );
}

function verbsOf({ kind, subresource, verbs, without }: Need, namespace: string | undefined): readonly NeededVerb[] {
  const { apiVersion, plural, namespaced } = RESOURCES[kind];
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return verbs.map((verb) => ({
    group,
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    verb,
    // A Role cannot allow what belongs to no namespace.
    ...(namespace !== undefined && namespaced && { namespace }),
    ...(without !== undefined && { without }),
  }));
}
