import { beforeEach, describe, expect, it } from 'vitest';
import { memoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import { type ClusterRegistry, openRegistry } from '../../lib/clusters/registered.ts';
import type { ClusterDocument } from '../../lib/model/cluster-settings.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { aClusterDocument } from '../builders.ts';

const START = Date.parse('2026-11-05T10:00:00Z');

describe('openRegistry', () => {
  const documents = new Map<string, string>();
  let heard: { opened: string[]; closed: string[]; broken: string[]; logged: string[]; reads: number };
  let failure: Error | undefined;
  let nowMs: number;
  let registry: ClusterRegistry;

  const put = (name: string, override: Partial<ClusterDocument> = {}): void =>
    void documents.set(name, JSON.stringify(aClusterDocument(override)));
  const later = async (ms = 60_000): Promise<void> => {
    nowMs += ms;
    await registry.refresh();
  };

  beforeEach(async () => {
    documents.clear();
    heard = { opened: [], closed: [], broken: [], logged: [], reads: 0 };
    failure = undefined;
    nowMs = START;
    const note = (message: string): number => heard.logged.push(message);
    registry = openRegistry({
      documents: {
        async readAll() {
          heard.reads += 1;
          await Promise.resolve();
          if (failure) throw failure;
          return new Map(documents);
        },
      },
      openCluster(name, { allowedHosts }) {
        if (allowedHosts.includes('!')) throw new AssayError('ASSAY_HTTP_INVALID', 'neither a host nor a network: "!"');
        heard.opened.push(name);
        const cluster = memoryCluster(name, { now: () => new Date(nowMs) });
        return { ...cluster, close: async () => void heard.closed.push(name) };
      },
      now: () => new Date(nowMs),
      log: { info: note, warn: note, error: note },
      onBroken: (name) => heard.broken.push(name),
    });
    put('eu');
    put('us');
    await registry.refresh();
  });

  it('reads once a minute, and once for all who ask at one time', async () => {
    await Promise.all([registry.refresh(), registry.refresh()]);
    expect(heard.reads).toBe(1);
    nowMs += 59_999;
    await registry.refresh();
    expect(heard.reads).toBe(1);
    nowMs += 1;
    await Promise.all([registry.refresh(), registry.refresh()]);
    expect(heard.reads).toBe(2);
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

  it('leaves a cluster with a broken document alone, counts it each time, and serves the others', async () => {
    registry.get('eu');
    documents.set('eu', '{');
    put('no/name');
    await later();
    expect(registry.names()).toStrictEqual(['us']);
    expect(heard).toMatchObject({ closed: ['eu'], broken: ['eu', 'no/name'] });
    expect(() => registry.get('eu')).toThrow(expect.objectContaining({ code: 'ASSAY_CLUSTER_SETTINGS_INVALID' }));
    expect([...registry.broken().keys()]).toStrictEqual(['eu', 'no/name']);
    await later();
    expect(heard.broken).toStrictEqual(['eu', 'no/name', 'eu', 'no/name']);
    expect(heard.logged.filter((message) => message === 'cluster broken')).toHaveLength(4);
    put('eu');
    documents.delete('no/name');
    await later();
    expect(registry.broken().size).toBe(0);
    expect(registry.get('eu').name).toBe('eu');
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
    failure = new AssayError('ASSAY_REGISTRY_UNREACHABLE', 'no answer', { retry: true });
    await later();
    expect(registry.get('eu')).toBe(eu);
    expect(heard.logged).toStrictEqual(['registry not read']);
    await later(9999);
    expect(heard.reads).toBe(2);
    failure = undefined;
    documents.delete('us');
    await later(1);
    expect(registry.names()).toStrictEqual(['eu']);
  });

  it('fails where it has never read anything, and lets bugs through', async () => {
    await registry.close();
    failure = new TypeError('a bug');
    await expect(registry.refresh()).rejects.toThrow('a bug');
    const fresh = openRegistry({
      documents: {
        readAll: () => Promise.reject(new AssayError('ASSAY_REGISTRY_REFUSED', 'AccessDeniedException')),
      },
      openCluster: () => {
        throw new Error('never');
      },
      now: () => new Date(nowMs),
      log: { info() {}, warn() {}, error() {} },
    });
    await expect(fresh.refresh()).rejects.toThrow('AccessDenied');
  });

  it('closes all', async () => {
    registry.get('us');
    await registry.close();
    expect(heard.closed).toStrictEqual(['us']);
    expect(registry.names()).toStrictEqual([]);
  });
});
