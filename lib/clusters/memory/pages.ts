import { AssayError } from '../../model/errors.ts';
import type { ListPage, ListQuery } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import type { ResourceKind } from '../../model/resources.ts';
import type { MemoryStore } from './store.ts';
import { selectsOf } from '../selectors.ts';
import { forgetBeyond } from '../../model/forget-beyond.ts';

const MAX_OPEN_LISTS = 100;

/** Lists page by page: all pages show the objects as they were when the first was read. */
export interface MemoryPages {
  list(kind: ResourceKind, query: ListQuery): ListPage<KubernetesObject>;
  /** Makes every `continue` of before expire. */
  forget(): void;
}

export function memoryPages(store: MemoryStore): MemoryPages {
  const rests = new Map<string, ListPage<KubernetesObject>>();
  let lastToken = 0;

  const cut = (page: ListPage<KubernetesObject>, limit: number | undefined): ListPage<KubernetesObject> => {
    const { items, resourceVersion } = page;
    if (!limit || items.length <= limit) return { items, resourceVersion };
    lastToken += 1;
    const token = String(lastToken);
    rests.set(token, { items: items.slice(limit), resourceVersion });
    forgetBeyond(MAX_OPEN_LISTS, rests);
    return { items: items.slice(0, limit), resourceVersion, continue: token };
  };

  return {
    list(kind, query) {
      if (!query.continue) {
        const items = store.all(kind).filter(selectsOf(kind, query));
        return cut({ items, resourceVersion: String(store.version()) }, query.limit);
      }
      const rest = rests.get(query.continue);
      if (!rest) throw new AssayError('ASSAY_CLUSTER_EXPIRED', 'the continue token is too old');
      return cut(rest, query.limit);
    },
    forget: () => rests.clear(),
  };
}
