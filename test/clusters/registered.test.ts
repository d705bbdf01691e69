import { beforeEach, describe, expect, it } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { type ClusterRegistry, openRegistry, type RegistryOptions } from '../../lib/clusters/registered.ts';
import type { ClusterDocument } from '../../lib/model/cluster-settings.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { aClusterDocument } from '../builders.ts';

const START = Date.parse('2026-11-05T10:00:00Z');

const unreachable = () => new AssayError('ASSAY_REGISTRY_UNREACHABLE', 'no answer', { retry: true });

describe('openRegistry', () => {
  const documents = new Map<string, string>();
  let heard: { opened: string[]; closed: string[]; rested: string[]; broken: string[]; logged: string[] };
  /** The names of each request for documents. */
  let reads: (readonly string[])[];
  let failure: ((names: readonly string[]) => Error | undefined) | undefined;
  let nowMs: number;
  let registry: ClusterRegistry;

  const put = (name: string, override: Partial<ClusterDocument> = {}): void =>
    void documents.set(name, JSON.stringify(aClusterDocument(override)));
  const later = async (ms = 60_000, ...names: readonly string[]): Promise<void> => {
    nowMs += ms;
    await registry.refresh(names.length > 0 ? names : ['eu', 'us']);
  };
  const note = (message: string): number => heard.logged.push(message);
  const open = (override: Partial<RegistryOptions> = {}): ClusterRegistry => {
    return openRegistry({
      documents: {
        async readSome(names) {
          reads.push(names);
          await Promise.resolve();
          const error = failure?.(names);
          if (error) throw error;
          return new Map([...documents].filter(([name]) => names.includes(name)));
        },
      },
      openCluster(name, { allowedHosts }) {
        if (allowedHosts.includes('!')) throw new AssayError('ASSAY_HTTP_INVALID', 'neither a host nor a network: "!"');
        heard.opened.push(name);
        const cluster = memoryCluster(name, { now: () => new Date(nowMs) });
        const close = async () => void heard.closed.push(name);
        return { ...cluster, close, rest: async () => void heard.rested.push(name) };
      },
      now: () => new Date(nowMs),
      log: { info: note, warn: note, error: note },
      onBroken: (name) => heard.broken.push(name),
      ...override,
    });
  };

  beforeEach(async () => {
    documents.clear();
    heard = { opened: [], closed: [], rested: [], broken: [], logged: [] };
    reads = [];
    failure = undefined;
    nowMs = START;
    registry = open();
    put('eu');
    put('us');
    put('ap');
    await registry.refresh(['eu', 'us']);
  });

  it('reads what it is asked for once a minute, and once for all who ask at one time', async () => {
    expect(reads).toStrictEqual([['eu', 'us']]);
    nowMs += 59_999;
    await registry.refresh(['eu', 'us', 'eu']);
    expect(reads).toHaveLength(1);
    nowMs += 1;
    await Promise.all([registry.refresh(['eu']), registry.refresh(['us', 'eu'])]);
    expect(reads.slice(1).map((names) => names.toSorted())).toStrictEqual([['eu', 'us']]);
  });

  it('reads with one what will soon be asked for, and nothing that nobody uses any more', async () => {
    await later(20_000, 'ap');
    expect(reads).toStrictEqual([['eu', 'us'], ['ap']]);
    await later(20_000, 'eu');
    await later(15_000, 'us');
    await later(5000, 'eu');
    expect(reads.at(-1)).toStrictEqual(['eu', 'ap', 'us']);
    await later(100_000, 'eu');
    expect(reads.at(-1)).toStrictEqual(['eu']);
  });

  it('asks for no more than ten for the price of ten', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `c${index}`);
    for (const name of names) put(name);
    await later(0, ...names);
    await later(40_000, ...names);
    await later(20_000, ...names.slice(0, 12));
    expect(reads.at(-1)).toHaveLength(20);
  });

  it('opens a cluster when it is asked for, and keeps it while its document stays the same', async () => {
    expect(registry.names()).toStrictEqual(['eu', 'us']);
    expect(heard.opened).toStrictEqual([]);
    const eu = registry.get('eu');
    put('us', { namespace: 'shop' });
    await later();
    expect(registry.get('eu')).toBe(eu);
    expect(heard).toMatchObject({ opened: ['eu'], closed: [] });
    expect(registry.settingsOf('us')?.namespace).toBe('shop');
  });

  it('closes a cluster whose document has changed, or gone', async () => {
    const [eu] = [registry.get('eu'), registry.get('us')];
    put('eu', { instanceId: 'assay' });
    documents.delete('us');
    await later();
    expect(heard.closed).toStrictEqual(['eu', 'us']);
    expect(registry.get('eu')).not.toBe(eu);
    expect(() => registry.get('us')).toThrow('no cluster us is registered');
    expect(registry.settingsOf('us')).toBeUndefined();
  });

  it('knows for ten seconds that a cluster is not registered, unless it surely is', async () => {
    await later(0, 'new');
    expect(registry.settingsOf('new')).toBeUndefined();
    put('new');
    await later(9999, 'new');
    expect(registry.settingsOf('new')).toBeUndefined();
    await registry.refresh(['new'], new Set(['new']));
    expect(registry.settingsOf('new')).toBeDefined();
    expect(reads).toHaveLength(3);
  });

  it('leaves a cluster with a broken document alone, counts it each time, and serves the others', async () => {
    registry.get('eu');
    documents.set('eu', '{');
    await later();
    expect(registry.names()).toStrictEqual(['us']);
    expect(heard).toMatchObject({ closed: ['eu'], broken: ['eu'] });
    expect(() => registry.get('eu')).toThrow(expect.objectContaining({ code: 'ASSAY_CLUSTER_SETTINGS_INVALID' }));
    expect(registry.settingsOf('eu')).toBeUndefined();
    await later();
    expect(heard.broken).toStrictEqual(['eu', 'eu']);
    expect(heard.logged.filter((message) => message === 'cluster broken')).toHaveLength(2);
    put('eu');
    await later();
    expect(registry.get('eu').name).toBe('eu');
  });

  it('asks for nothing that is no name of a cluster', async () => {
    await later(60_000, 'eu', 'no/name', 'eu:3', '');
    expect(reads.at(-1)).toStrictEqual(['eu']);
    expect(registry.settingsOf('no/name')).toBeUndefined();
  });

  it('takes what cannot be opened for broken', async () => {
    put('eu', { allowedHosts: ['!'] });
    await later();
    expect(() => registry.get('eu')).toThrow('neither a host nor a network');
    expect(heard.broken).toStrictEqual(['eu']);
    expect(registry.names()).toStrictEqual(['us']);
    expect(() => registry.get('eu')).toThrow(expect.objectContaining({ code: 'ASSAY_HTTP_INVALID' }));
  });

  it('leaves disabled clusters alone', async () => {
    put('eu', { disabled: true });
    await later();
    expect(registry.names()).toStrictEqual(['us']);
    expect(registry.settingsOf('eu')).toBeUndefined();
    expect(() => registry.get('eu')).toThrow('cluster eu is disabled');
  });

  it('goes on with what it has while the registry is away, and looks again in ten seconds', async () => {
    const eu = registry.get('eu');
    failure = unreachable;
    await later();
    expect(registry.get('eu')).toBe(eu);
    expect(heard.logged).toStrictEqual(['registry not read']);
    await later(9999);
    expect(reads).toHaveLength(2);
    failure = undefined;
    documents.delete('us');
    await later(1);
    expect(registry.names()).toStrictEqual(['eu']);
  });

  it('says of a cluster of which it knows nothing that it could not be read, and reads it at the next chance', async () => {
    failure = unreachable;
    await later(0, 'ap', 'eu');
    expect(registry.settingsOf('eu')).toBeDefined();
    expect(() => registry.settingsOf('ap')).toThrow(expect.objectContaining({ retry: true }));
    expect(() => registry.get('ap')).toThrow('no answer');
    failure = undefined;
    await later(0, 'ap');
    expect(registry.settingsOf('ap')).toBeDefined();
  });

  it('leaves alone a document that may not be read, and no other', async () => {
    failure = (names) =>
      names.includes('ap') ? new AssayError('ASSAY_REGISTRY_REFUSED', 'AccessDeniedException') : undefined;
    await later(60_000, 'ap', 'eu', 'us');
    expect(registry.settingsOf('eu')).toBeDefined();
    expect(() => registry.settingsOf('ap')).toThrow('AccessDenied');
    expect(heard.logged).toStrictEqual(['registry not read']);
  });

  it('fails where it may read nothing at all, and lets bugs through', async () => {
    failure = () => new TypeError('a bug');
    await expect(later()).rejects.toThrow('a bug');
    failure = () => new AssayError('ASSAY_REGISTRY_REFUSED', 'AccessDeniedException');
    await later();
    const fresh = open();
    await expect(fresh.refresh(['eu', 'us'])).rejects.toThrow('AccessDenied');
  });

  it('lets those rest that were used the longest ago, so that few have connections, but none of this batch', async () => {
    registry = open({ mostConnected: 2 });
    const use = async (...names: readonly string[]) => {
      await registry.refresh(names);
      for (const name of names) registry.get(name);
      await registry.refresh(names);
    };
    await use('eu', 'us');
    await use('eu');
    expect(heard.rested).toStrictEqual([]);
    const eu = registry.get('eu');
    await use('ap');
    expect(heard.rested).toStrictEqual(['us']);
    await use('us', 'ap', 'eu');
    expect(heard.rested).toStrictEqual(['us']);
    await use('ap');
    expect(heard.rested).toStrictEqual(['us', 'us']);
    expect(registry.get('eu')).toBe(eu);
    expect(heard).toMatchObject({ opened: ['eu', 'us', 'ap'], closed: [] });
  });

  it('forgets those that were used the longest ago, beyond what it may keep', async () => {
    registry = open({ mostKept: 2 });
    await registry.refresh(['eu', 'us']);
    registry.get('eu');
    await registry.refresh(['ap', 'us']);
    expect(heard.closed).toStrictEqual(['eu']);
    expect(registry.names()).toStrictEqual(['ap', 'us']);
  });

  it('forgets names of no cluster before any cluster', async () => {
    registry = open({ mostKept: 2 });
    await registry.refresh(['eu', 'us']);
    for (const name of ['no-1', 'no-2', 'no-3']) await registry.refresh([name]);
    expect(registry.names()).toStrictEqual(['us']);
    await registry.refresh(['us']);
    for (const name of ['no-1', 'no-2', 'no-3']) await registry.refresh([name]);
    expect(registry.names()).toStrictEqual(['us']);
  });

  it('closes all', async () => {
    registry.get('us');
    await registry.close();
    expect(heard.closed).toStrictEqual(['us']);
    expect(registry.names()).toStrictEqual([]);
  });
});
