import type { StoredQuery } from '../model/cluster.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';

/** Which ReplicaSets matter; a store that holds just these spares a step its list. */
export const REPLICA_SETS = { labelSelector: POD_HASH_LABEL, ownerKind: 'Experiment' } as const satisfies StoredQuery;
