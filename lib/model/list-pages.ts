import type { Cluster, ListPage, ListQuery } from './cluster.ts';
import type { ResourceKind, Resources } from './resources.ts';

/** Objects of one page: large enough that few are asked for, small enough that one is no burden to hold. */
const PAGE_SIZE = 500;

/**
 * Lists page by page, 500 objects each; all pages show one moment. A page is asked for once the one before has been
 * worked off, so that what is not kept of it is gone by then.
 *
 * @throws AssayError all that `list` throws; ASSAY_CLUSTER_EXPIRED where it takes minutes to work off a page
 */
export async function* listPages<K extends ResourceKind>(
  cluster: Pick<Cluster, 'list'>,
  kind: K,
  query: Omit<ListQuery, 'limit' | 'continue'> = {},
): AsyncGenerator<ListPage<Resources[K]>, void, undefined> {
  let at: string | undefined;
  do {
    const page = await cluster.list(kind, { ...query, limit: PAGE_SIZE, ...(at !== undefined && { continue: at }) });
    yield page;
    at = page.continue;
  } while (at !== undefined && at !== '');
}

/** All pages together, for who needs every object at once. */
export async function listAll<K extends ResourceKind>(
  cluster: Pick<Cluster, 'list'>,
  kind: K,
  query: Omit<ListQuery, 'limit' | 'continue'> = {},
): Promise<Resources[K][]> {
  const items: Resources[K][] = [];
  for await (const page of listPages(cluster, kind, query)) items.push(...page.items);
  return items;
}
