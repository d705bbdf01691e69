import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an API server was asked, by whom, and when. */
export interface AuditLog {
  /** Flags of kube-apiserver. */
  readonly flags: readonly string[];
  /** Requests of a user that came in from then on, by verb and resource: `patch rollouts/status`. */
  requests(user: string, fromMs: number, toMs?: number): ReadonlyMap<string, number>;
}

interface Entry {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/** Has the requests of some users written down in a folder; those of all others leave no line. */
export function openAuditLog(folder: string, users: readonly string[]): AuditLog {
  const path = join(folder, 'audit.log');
  const policyPath = join(folder, 'audit-policy.json');
  const rules = [{ level: 'Metadata', users, omitStages: ['RequestReceived', 'ResponseStarted'] }, { level: 'None' }];
  writeFileSync(policyPath, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }));
  writeFileSync(path, '');
  return {
    flags: [`--audit-policy-file=${policyPath}`, `--audit-log-path=${path}`],
    requests(user, fromMs, toMs = Infinity) {
      const counts = new Map<string, number>();
      for (const line of readFileSync(path, 'utf8').split('\n')) {
        if (!line.endsWith('}')) continue;
        const { verb, requestReceivedTimestamp, user: who, objectRef } = JSON.parse(line) as Entry;
        const atMs = Date.parse(requestReceivedTimestamp);
        if (who.username !== user || atMs < fromMs || atMs > toMs) continue;
        const { resource = 'no resource', subresource } = objectRef ?? {};
        const what = `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
        counts.set(what, (counts.get(what) ?? 0) + 1);
      }
      return counts;
    },
  };
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
const READS: ReadonlySet<string> = new Set(['get', 'list']);

/** Of Events there may be few or many; they are counted apart. */
export function sumRequests(requests: ReadonlyMap<string, number>) {
  const sums = { writes: 0, events: 0, reads: 0, watches: 0 };
  for (const [what, count] of requests) {
    const [verb = '', resource = ''] = what.split(' ');
    if (READS.has(verb)) sums.reads += count;
    else if (!WRITES.has(verb)) sums.watches += count;
    else if (resource === 'events') sums.events += count;
    else sums.writes += count;
  }
  return sums;
}
