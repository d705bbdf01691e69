import { type Connection, parseHostPattern, patternsOf, textReferences } from '../model/connection.ts';
import type { Timers } from '../model/timers.ts';
import { openPace, type Pace } from './pace.ts';
import { forgetBeyond } from '../model/forget-beyond.ts';

/** What clusters share of their connections: one account has one rate in a process. */
export interface Accounts {
  paceOf(connection: Connection, cluster: string): Pace;
}

/** Documents change, and what they said before is used no more. */
const MOST_KEPT = 1000;

/**
 * Connections that say the same are the same account, whichever clusters' settings say it; but where they name a Secret of
 * the cluster or one of its Services, which are others in each. Whoever shares an account can use up its rate and nothing
 * else: secrets are read, and answers kept, by each cluster for itself.
 */
export function openAccounts(timers: Timers): Accounts {
  const paces = new Map<string, Pace>();
  return {
    paceOf(connection, cluster) {
      const { requestsPerSecond, burst = 1, concurrency } = connection.limits ?? {};
      const key = JSON.stringify([connection, isOfCluster(connection) ? cluster : '']);
      const pace = paces.get(key) ?? openPace({ requestsPerSecond, burst, concurrency }, timers);
      paces.delete(key);
      paces.set(key, pace);
      forgetBeyond(MOST_KEPT, paces);
      return pace;
    },
  };
}

function isOfCluster(connection: Connection): boolean {
  if (textReferences(connection).some(({ secretKeyRef }) => secretKeyRef !== undefined)) return true;
  return patternsOf(connection).some((pattern) => /(?:^|\.)svc(?:\.|$)/.test(parseHostPattern(pattern)?.host ?? ''));
}
