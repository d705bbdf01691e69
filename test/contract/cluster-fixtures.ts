import { setTimeout as sleep } from 'node:timers/promises';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { ListQuery, WatchEvent } from '../../lib/model/cluster.ts';
import type { KubernetesObject, ObjectMeta, Secret } from '../../lib/model/kubernetes.ts';
import type { ResourceKind } from '../../lib/model/resources.ts';
import { SCHEMAS } from '../../lib/model/schemas.ts';
import { validateResource } from '../../lib/model/validate.ts';
import { aRun, type RunOverride } from '../builders.ts';
import type { UseCluster } from './cluster.ts';

/** A run that is not yet in any cluster: without the uid that only a cluster gives. */
export function aNewRun(namespace: string, override: RunOverride): AnalysisRun {
  const run = aRun(override);
  const { uid: _, ...metadata } = run.metadata;
  return { ...run, metadata: { ...metadata, namespace, ...override.metadata } };
}

export function aSecret(namespace: string, metadata: ObjectMeta): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, ...metadata }, data: { key: 'dmFsdWU=' } };
}

/** What a CRD of ours has against an object; nothing where there is none of its kind. */
export function problemsOf(object: KubernetesObject): string[] {
  return Object.hasOwn(SCHEMAS, object.kind) ? validateResource(object).map(({ message }) => message) : [];
}

/** The code of the AssayError that `work` rejects with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AssayError) return error.code;
    throw error;
  }
  return 'no error';
}

/** Looks until `look` gives something: a cluster collects garbage when it comes to it, of new kinds every 30 s. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(50);
  }
  throw new Error(`in vain: ${what}`);
}

/** Names of what is listed, page by page. */
export async function namesOf(use: UseCluster, kind: ResourceKind, query: ListQuery): Promise<string[]> {
  const names: string[] = [];
  let page = await use().cluster.list(kind, query);
  for (;;) {
    names.push(...page.items.map(({ metadata }) => metadata.name ?? ''));
    if (!page.continue) return names;
    page = await use().cluster.list(kind, { ...query, continue: page.continue });
  }
}

/** The next `count` events that are no bookmarks. */
export async function take<T>(watch: AsyncIterator<WatchEvent<T>>, count: number): Promise<WatchEvent<T>[]> {
  const events: WatchEvent<T>[] = [];
  while (events.length < count) {
    const { value, done } = await watch.next();
    if (done) throw new Error(`the watch ended after ${events.length} of ${count} events`);
    if (value.type !== 'BOOKMARK') events.push(value);
  }
  return events;
}

/** `TYPE name`, for comparing. */
export function summary(event: WatchEvent<{ readonly metadata: ObjectMeta }>): string {
  return `${event.type} ${event.object.metadata.name}`;
}
