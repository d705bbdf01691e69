import { clusterMessage, LOOKS_A_MESSAGE, type Message } from '../model/message.ts';
import type { Runtime } from './functions.ts';

/** Looks are spread over so many seconds at most: a cluster that was just added is looked at within two minutes. */
const LONGEST_SPREAD_SECONDS = 40;

/**
 * Asks for a look at each cluster: a message for ten, one a second or as many more as it takes. In one second all looks would
 * be in front of whatever else is due, and be late themselves.
 */
export async function onSchedule({ clusters, ports }: Pick<Runtime, 'clusters' | 'ports'>): Promise<void> {
  const names = await clusters.listNames();
  const messages: Message[] = [];
  for (let first = 0; first < names.length; first += LOOKS_A_MESSAGE) {
    const [name = '', ...more] = names.slice(first, first + LOOKS_A_MESSAGE);
    messages.push(clusterMessage(name, more));
  }
  const nowMs = ports.now().getTime();
  const seconds = Math.min(messages.length, LONGEST_SPREAD_SECONDS);
  const inSeconds = (index: number): number => Math.floor((index * seconds) / messages.length);
  await Promise.all(
    messages.map((message, index) => ports.queue.put(message, new Date(nowMs + inSeconds(index) * 1000))),
  );
  ports.log.info('clusters queued', { clusters: names.length });
}
