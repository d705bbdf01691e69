import { clusterMessage } from '../model/message.ts';
import type { Runtime } from './functions.ts';

/** Looks are spread over so many seconds at most: a cluster that was just added is looked at within two minutes. */
const LONGEST_SPREAD_SECONDS = 40;
/** What one call sends, and one batch brings, which is cheaper than one at a time. */
const AT_A_TIME = 10;

/**
 * Asks for a look at each cluster: one message a cluster, ten in a call, ten a second or as many more as it takes. In one
 * second all looks would be in front of whatever else is due, and be late themselves.
 */
export async function onSchedule({ clusters, ports }: Pick<Runtime, 'clusters' | 'ports'>): Promise<void> {
  const names = await clusters.listNames();
  const nowMs = ports.now().getTime();
  const seconds = Math.min(Math.ceil(names.length / AT_A_TIME), LONGEST_SPREAD_SECONDS);
  const inSeconds = (index: number): number => Math.floor((index * seconds) / names.length);
  await Promise.all(
    names.map((name, index) => ports.queue.put(clusterMessage(name), new Date(nowMs + inSeconds(index) * 1000))),
  );
  ports.log.info('clusters queued', { clusters: names.length });
}
