import { clusterMessage } from '../model/message.ts';
import type { Runtime } from './functions.ts';

/** Asks for a look at each cluster: one message a cluster, ten in a call. */
export async function onSchedule({ clusters, ports }: Pick<Runtime, 'clusters' | 'ports'>): Promise<void> {
  await clusters.refresh();
  const names = clusters.names();
  const now = ports.now();
  await Promise.all(names.map((name) => ports.queue.put(clusterMessage(name), now)));
  ports.log.info('clusters queued', { clusters: names.length, broken: [...clusters.broken().keys()] });
}
