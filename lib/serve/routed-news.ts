import type { CachedCluster } from '../clusters/store/cached.ts';
import type { Kind } from '../model/kind.ts';
import type { KubernetesObject, NamedObject } from '../model/kubernetes.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';
import { ROUTED_KINDS } from '../model/router-rows.ts';

/**
 * Has `tell` called with each object that is served here and whose traffic an object splits that has changed. Changes of
 * kinds that are not followed are not noticed.
 *
 * @param alone  looks at one object, so that what goes wrong with it concerns no other
 */
export function onRoutedNews(
  cluster: CachedCluster,
  kinds: Iterable<Kind>,
  tell: (owner: ObjectRef) => void,
  alone: (object: KubernetesObject, look: () => void) => void,
): void {
  const routedBy = new Map<string, Map<string, ObjectRef>>();
  const keysOf = new Map<string, readonly string[]>();
  const forget = (uid: string): void => {
    for (const key of keysOf.get(uid) ?? []) {
      const owners = routedBy.get(key);
      owners?.delete(uid);
      if (owners?.size === 0) routedBy.delete(key);
    }
    keysOf.delete(uid);
  };
  const keep = (ref: ObjectRef, keys: readonly string[]): void => {
    keysOf.set(ref.uid, keys);
    for (const key of keys) {
      const owners = routedBy.get(key) ?? new Map<string, ObjectRef>();
      routedBy.set(key, owners.set(ref.uid, ref));
    }
  };

  for (const kind of kinds) {
    if (!kind.routed) continue;
    cluster.onChange(kind.facts.kind, (object: WithSpec, previous: WithSpec | undefined, type) =>
      alone(object, () => {
        const ref = refOf(cluster.name, object);
        // Most changes are of a status, and the store keeps a spec that is the same.
        if (type === 'MODIFIED' && object.spec === previous?.spec && keysOf.has(ref.uid)) return;
        forget(ref.uid);
        const objects = type === 'DELETED' ? undefined : kind.routed?.(object);
        if (objects) keep(ref, objects.map(keyOf));
      }),
    );
  }
  for (const kind of ROUTED_KINDS) {
    cluster.onChange(kind, ({ metadata: { namespace = '', name = '' } }) => {
      for (const owner of routedBy.get(keyOf({ kind, namespace, name }))?.values() ?? []) tell(owner);
    });
  }
}

type WithSpec = KubernetesObject & { readonly spec?: unknown };

function keyOf({ kind, namespace, name }: NamedObject): string {
  return `${kind}/${namespace}/${name}`;
}
