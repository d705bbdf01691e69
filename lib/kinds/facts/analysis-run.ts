import type { KindFacts } from '../../model/kind-facts.ts';
import type { Job, KubernetesObject } from '../../model/kubernetes.ts';
import { JOB_OWNER_LABEL } from '../../model/labels.ts';

/** AnalysisRuns: their Jobs are measurements under way. */
export const ANALYSIS_RUN: KindFacts<'AnalysisRun'> = {
  kind: 'AnalysisRun',
  owns: [{ kind: 'Job', labelSelector: JOB_OWNER_LABEL, uidLabel: JOB_OWNER_LABEL, isNews: isOver }],
  reads: [],
  needs: [
    { kind: 'Job', verbs: ['create', 'delete', 'get', 'list'] },
    { kind: 'Pod', verbs: ['list'], without: 'Jobs that cannot start are noticed late' },
    {
      kind: 'Secret',
      verbs: ['get'],
      without: 'runs that take an argument from a secret end with Error, as do metrics whose keys are in one',
    },
    {
      kind: 'Service',
      subresource: 'proxy',
      verbs: ['create', 'get', 'update'],
      without: 'metrics cannot ask in-cluster addresses by POST (create), GET (get) and PUT (update)',
    },
  ],
  shows: { name: 'analysis run', phases: ['Pending', 'Error', 'Failed', 'Successful', 'Running', 'Inconclusive'] },
  ends: ['Successful', 'Failed', 'Error', 'Inconclusive'],
};

/** News even where nothing was known before: nobody else looks. */
function isOver(object: KubernetesObject): boolean {
  const { conditions = [] } = (object as Job).status ?? {};
  return conditions.some(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'));
}
