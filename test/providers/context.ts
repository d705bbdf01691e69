import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { ProviderContext } from '../../lib/model/provider.ts';
import { openHttp } from '../../lib/http/open-http.ts';

export const NOW = new Date('2026-11-05T10:00:00.250Z');

/**
 * A cluster that reaches servers on 127.0.0.1 and gives the uid of `aRun` to the first object created, and a clock that
 * stands still unless `now` is given.
 */
export function aContext(
  override: Partial<ProviderContext> = {},
): ProviderContext & { readonly cluster: MemoryCluster } {
  const now = override.now ?? (() => NOW);
  const http = openHttp({ privateNetworks: 'refuse', allow: ['127.0.0.1'], random: () => 0 });
  let objects = 0;
  const newUid = () => (objects++ === 0 ? '5a1c' : `uid-${objects}`);
  return { ...override, now, cluster: memoryCluster('c1', { now, http, newUid }) };
}
