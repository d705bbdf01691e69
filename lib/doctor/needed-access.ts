import type { AddressMode } from '../clusters/api/addresses.ts';
import type { Access } from '../clusters/api/inspect.ts';
import { FACTS, type Facts, followedKinds } from '../kinds/facts/registry.ts';
import { apiVersionsOf, type ClusterRouters, routerNamesOf } from '../model/cluster-routers.ts';
import type { Need } from '../model/kind-facts.ts';
import { RESOURCES, resourceKind } from '../model/resources.ts';
import { ROUTER_ROWS, type RouterName, type RouterRow } from '../model/router-rows.ts';

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
      without: ONLY_FOLLOWED,
    })),
  ];
}

export interface NeededVerbsOptions {
  readonly namespace?: string | undefined;
  readonly addressMode: AddressMode;
  /** Default: those of all kinds. */
  readonly facts?: Facts;
  /** Default: none. */
  readonly routers?: ClusterRouters | undefined;
}

const NOT_VERIFIED = 'weights are not verified outside of the cluster';
const ONLY_FOLLOWED = '`assay serve` cannot follow them; the functions on AWS do not need it';

/** The ClusterRole that allows what a router needs. */
export function routerRoleName(name: RouterName): string {
  return `assay-router-${name.toLowerCase()}`;
}

/** What one of a cluster's routers needs, which the role of that router allows. */
export function routerVerbs(
  name: RouterName,
  { namespace, routers = {} }: Pick<NeededVerbsOptions, 'namespace' | 'routers'>,
): readonly NeededVerb[] {
  const { resources, verification = {} }: RouterRow = ROUTER_ROWS[name];
  const needed = Object.entries(resources).flatMap(([kind, { verbs }]): readonly Need[] => [
    { kind: resourceKind(kind), verbs },
    { kind: resourceKind(kind), verbs: ['list', 'watch'], without: ONLY_FOLLOWED },
  ]);
  const beside = Object.entries(verification).map(([kind, verbs]): Need => ({
    kind: resourceKind(kind),
    verbs,
    without: NOT_VERIFIED,
  }));
  const apiVersions = apiVersionsOf(routers);
  return inOrder([...needed, ...beside].flatMap((need) => verbsOf(need, namespace, apiVersions)));
}

/** Verb by verb what a cluster with these settings must allow: each once, resource by resource, group by group. */
export function neededVerbs(options: NeededVerbsOptions): readonly NeededVerb[] {
  const { namespace, addressMode, facts = FACTS, routers } = options;
  const needed = needsOf(facts)
    .filter(({ subresource }) => addressMode === 'proxy' || subresource !== 'proxy')
    // Who looks after one namespace keeps no schedules of ClusterAnalysisTemplates.
    .filter(({ kind }) => namespace === undefined || kind !== 'Namespace')
    .flatMap((need) => verbsOf(need, namespace));
  return inOrder([...needed, ...routerNamesOf(routers).flatMap((name) => routerVerbs(name, options))]);
}

/** Each once, resource by resource, group by group. */
function inOrder(needed: readonly NeededVerb[]): readonly NeededVerb[] {
  const byGroup = Object.groupBy(needed, ({ group }) => group);
  return Object.values(byGroup).flatMap((ofGroup = []) => {
    const byResource = Object.groupBy(ofGroup, ({ resource }) => resource);
    return Object.values(byResource).flatMap((ofResource = []) => withoutDuplicates(ofResource));
  });
}

/** Of one resource. What one of them cannot do without is needed, whatever the others say. */
function withoutDuplicates(needed: readonly NeededVerb[]): readonly NeededVerb[] {
  const byVerb = new Map<string, NeededVerb>();
  for (const need of needed) if (need.without !== undefined) byVerb.set(need.verb, byVerb.get(need.verb) ?? need);
  for (const need of needed) if (need.without === undefined) byVerb.set(need.verb, need);
  return [...byVerb.values()].toSorted((a, b) => (a.verb < b.verb ? -1 : 1));
}

function verbsOf(
  { kind, subresource, verbs, without }: Need,
  namespace: string | undefined,
  apiVersions: Readonly<Record<string, string>> = {},
): readonly NeededVerb[] {
  const { plural, namespaced } = RESOURCES[kind];
  const { [kind]: apiVersion = RESOURCES[kind].apiVersion } = apiVersions;
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
