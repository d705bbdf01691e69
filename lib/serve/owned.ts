import type { CachedCluster } from '../clusters/store/cached.ts';
import { type Facts, FACTS, newsMayWaitMs, ownerToTell } from '../kinds/facts/registry.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { type ObjectRef, refOf } from '../model/ref.ts';
import { resourceKind } from '../model/resources.ts';

/**
 * Has `tell` called with each object that is served here and for which a change of what it owns, or names, is news.
 * Changes of what is not stored are not noticed. `mayWaitMs`: in case there is more.
 *
 * @param alone  looks at one object, so that what goes wrong with it concerns no other
 */
export function onOwnedNews(
  cluster: CachedCluster,
  tell: (owner: ObjectRef, mayWaitMs: number) => void,
  facts: Facts = FACTS,
  alone: (object: KubernetesObject, look: () => void) => void = (_object, look) => look(),
): void {
  for (const { kind: ownerKind, names = [] } of facts) {
    for (const { kind, namesIn, isNews = () => true } of names) {
      cluster.onChange(kind, (named, _previous, type) => {
        const { namespace, name = '' } = named.metadata;
        for (const owner of cluster.stored(ownerKind, namespace)) {
          alone(owner, () => {
            const isTold = namesIn(owner).includes(name) && isNews(owner, named, type === 'DELETED');
            if (isTold) tell(refOf(cluster.name, owner), 0);
          });
        }
      });
    }
  }
  for (const kind of new Set(facts.flatMap(({ owns }) => owns.map((owned) => owned.kind)))) {
    cluster.onChange(kind, (object, previous, type) =>
      alone(object, () => {
        const owner = ownerToTell(cluster.name, object, previous, type === 'DELETED', facts);
        if (!owner || cluster.peek(resourceKind(owner.kind), owner)?.metadata.uid !== owner.uid) return;
        tell(owner, type === 'MODIFIED' && previous ? newsMayWaitMs(owner, object, previous, facts) : 0);
      }),
    );
  }
}
