import type { AddressMode } from '../clusters/api/addresses.ts';
import type { Access } from '../clusters/api/inspect.ts';

/** Verbs on resources that Assay uses; `without` says what is lost without them, where that is not all. */
export interface NeededAccess {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly without?: string;
}

const ARGO = 'argoproj.io';
const FOLLOWING = '`assay serve` cannot follow them; the functions on AWS do not need it';

/** All that infra/cluster/rbac.yaml allows; a test compares the two. */
export const NEEDED_ACCESS: readonly NeededAccess[] = [
  { group: ARGO, resources: ['analysisruns'], verbs: ['create', 'delete', 'get', 'list', 'patch'] },
  { group: ARGO, resources: ['experiments'], verbs: ['get', 'list', 'patch'] },
  { group: ARGO, resources: ['analysistemplates', 'clusteranalysistemplates'], verbs: ['get', 'list'] },
  { group: ARGO, resources: ['rollouts'], verbs: ['get'], without: 'analyses of experiments end with their Rollout' },
  {
    group: ARGO,
    resources: ['analysisruns/finalizers', 'experiments/finalizers'],
    verbs: ['update'],
    without: 'clusters with OwnerReferencesPermissionEnforcement (OpenShift) refuse what is created for a run',
  },
  { group: 'batch', resources: ['jobs'], verbs: ['create', 'delete', 'get', 'list'] },
  { group: '', resources: ['pods'], verbs: ['list'], without: 'Jobs that cannot start are noticed late' },
  {
    group: '',
    resources: ['secrets'],
    verbs: ['get'],
    without: 'runs that take an argument from a secret end with Error',
  },
  {
    group: '',
    resources: ['events'],
    verbs: ['create', 'patch'],
    without: 'no Kubernetes Events tell of what happens',
  },
  {
    group: '',
    resources: ['namespaces'],
    verbs: ['list'],
    without: 'schedules of ClusterAnalysisTemplates must name their namespaces, and cannot select them by labels',
  },
  { group: 'apps', resources: ['replicasets'], verbs: ['create', 'delete', 'get', 'list', 'patch'] },
  { group: '', resources: ['services'], verbs: ['create', 'delete', 'get', 'list'] },
  {
    group: '',
    resources: ['services/proxy'],
    verbs: ['create', 'get', 'update'],
    without: 'metrics cannot ask in-cluster addresses by POST (create), GET (get) and PUT (update)',
  },
  {
    group: ARGO,
    resources: ['analysisruns', 'experiments', 'analysistemplates', 'clusteranalysistemplates'],
    verbs: ['watch'],
    without: FOLLOWING,
  },
  { group: 'batch', resources: ['jobs'], verbs: ['watch'], without: FOLLOWING },
  { group: 'apps', resources: ['replicasets'], verbs: ['watch'], without: FOLLOWING },
];

/** Resources that belong to no namespace: a Role cannot allow them. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set(['clusteranalysistemplates']);

/** Verb by verb what a cluster with these settings must allow. */
export function neededVerbs({
  namespace,
  addressMode,
}: {
  readonly namespace?: string | undefined;
  readonly addressMode: AddressMode;
}): readonly (Access & { readonly without?: string })[] {
  return NEEDED_ACCESS.flatMap(({ group, resources, verbs, without }) =>
    resources
      .filter((resource) => addressMode === 'proxy' || resource !== 'services/proxy')
      // Who looks after one namespace keeps no schedules of ClusterAnalysisTemplates.
      .filter((resource) => namespace === undefined || resource !== 'namespaces')
      .flatMap((resource) =>
        verbs.map((verb) => ({
          group,
          resource,
          verb,
          ...(namespace !== undefined && !CLUSTER_SCOPED.has(resource) && { namespace }),
          ...(without !== undefined && { without }),
        })),
      ),
  );
}
