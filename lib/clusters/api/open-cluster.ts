import type { Log } from '../../model/ports.ts';
import type { ResourceKind } from '../../model/resources.ts';
import { type KubernetesCluster, kubernetesCluster, type KubernetesClusterOptions } from './kubernetes.ts';

export interface OpenClusterOptions extends Omit<KubernetesClusterOptions, 'onUnreadable' | 'onClose' | 'onRest'> {
  /** Of this cluster alone: it is closed with it, and rests with it where it can. */
  readonly http: KubernetesClusterOptions['http'] & { close(): void; rest?(): void };
  readonly log: Pick<Log, 'error'>;
  /** Told of each object that cannot be read, beside the log. */
  readonly onSetAside?: (kind: ResourceKind) => void;
}

/** A cluster to look after: it has a way out of its own, and what it holds and nobody can read is logged and left out. */
export function openCluster({ log, onSetAside, ...options }: OpenClusterOptions): KubernetesCluster {
  const { name, http } = options;
  return kubernetesCluster({
    ...options,
    onUnreadable(problem, kind) {
      onSetAside?.(kind);
      log.error('object set aside', { cluster: name, kind, problem });
    },
    onClose: () => http.close(),
    onRest: () => http.rest?.(),
  });
}
