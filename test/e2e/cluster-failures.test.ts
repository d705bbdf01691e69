import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedCluster } from '../../lib/clusters/store/cached.ts';
import { kubeConfigCredentials } from '../../lib/clusters/access/kubeconfig.ts';
import { kubernetesCluster, type KubernetesCluster } from '../../lib/clusters/api/kubernetes.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { WatchEvent } from '../../lib/model/cluster.ts';
import { aNewRun, codeOf, take } from '../contract/cluster-fixtures.ts';
import { serversAvailable } from './servers/build.ts';
import { type ControlPlane, startControlPlane } from './servers/control-plane.ts';
import { waitFor } from './servers/wait-for.ts';

const crd = join(import.meta.dirname, '../../infra/cluster/crds/analysisruns.yaml');
const namespace = 'default';

describe.skipIf(!(await serversAvailable()))('what goes wrong with a real API server', () => {
  let plane: ControlPlane;
  let cluster: KubernetesCluster;
  const opened = new Set<KubernetesCluster>();

  const open = async (kubeconfig: { file: string } | { text: string }): Promise<KubernetesCluster> => {
    const one = kubernetesCluster({
      name: plane.name,
      credentials: await kubeConfigCredentials(kubeconfig),
      http: async () => Promise.reject(new Error('nothing here asks the network')),
      now: () => new Date(),
      watchTimeoutSeconds: 5,
    });
    opened.add(one);
    return one;
  };
  const create = async (name: string) => cluster.create('AnalysisRun', aNewRun(namespace, { metadata: { name } }));

  beforeAll(async () => {
    plane = await startControlPlane();
    await plane.apply(readFileSync(crd, 'utf8'));
    await waitFor('our kind', async () => plane.api.call('/apis/argoproj.io/v1alpha1/analysisruns'));
    cluster = await open({ file: plane.kubeconfigPath });
  });
  afterAll(async () => {
    for (const one of opened) await one.close();
    await plane?.stop();
  });

  it('denies those who may do nothing, and those it does not know', async () => {
    const alice = await open({ file: plane.kubeconfigFor('alice') });
    expect(await codeOf(alice.list('AnalysisRun'))).toBe('ASSAY_CLUSTER_DENIED');
    const kubeconfig = readFileSync(plane.kubeconfigPath, 'utf8').replaceAll(plane.adminToken, 'guessed');
    const nobody = await open({ text: kubeconfig });
    const error = await nobody.list('AnalysisRun').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ASSAY_CLUSTER_DENIED', message: 'cluster test: Unauthorized' });
  });

  it('is not spoken to where its certificate is not trusted', async () => {
    const ca = Buffer.from(plane.caPem).toString('base64');
    const kubeconfig = readFileSync(plane.kubeconfigPath, 'utf8');
    expect(kubeconfig).toContain(ca);
    const wary = await open({ text: kubeconfig.replace(ca, Buffer.from('').toString('base64')) });
    const error = await wary.list('AnalysisRun').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ASSAY_CLUSTER_UNREACHABLE' });
    expect(String(error)).toMatch(/no answer from 127\.0\.0\.1:\d+ \((SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)\)/);
  });

  it('knows no kind whose CRD is not there', async () => {
    expect(await codeOf(cluster.get('Experiment', { namespace, name: 'absent' }))).toBe('ASSAY_CLUSTER_NOT_FOUND');
  });

  it('sends bookmarks, and ends a watch when its time is up', async () => {
    const { resourceVersion } = await cluster.list('AnalysisRun', { limit: 1 });
    const query = { resourceVersion, labelSelector: 'watched=yes' };
    const events: WatchEvent<AnalysisRun>[] = [];
    const watching = (async () => {
      for await (const event of cluster.watch('AnalysisRun', query, new AbortController().signal)) events.push(event);
    })();
    // Only progress since the watch began is marked, so that it has to begin before.
    await sleep(500);
    const { metadata } = await create('unwatched');
    // How many there are is the server's to say.
    await watching;
    expect(events.map(({ type }) => type)).toEqual(events.map(() => 'BOOKMARK'));
    expect(events.map(({ object }) => object.metadata.resourceVersion)).toContain(metadata.resourceVersion);
  });

  it('comes back after an outage, to a store that has kept all and to versions that have expired', async () => {
    await create('before');
    const { resourceVersion, continue: next = '' } = await pageOfOne();
    const failures: string[] = [];
    const cached = cachedCluster(cluster, [{ kind: 'AnalysisRun' }], {
      onFailure: (kind, { code }) => failures.push(`${kind} ${code}`),
    });
    const abort = new AbortController();
    const following = cached.start(abort.signal);
    await cached.whenSynced();

    await plane.stopApiServer();
    expect((await cached.get('AnalysisRun', { namespace, name: 'before' }))?.metadata.name).toBe('before');
    expect(await codeOf(cluster.get('AnalysisRun', { namespace, name: 'before' }))).toBe('ASSAY_CLUSTER_UNREACHABLE');
    await waitFor('a failed retry', () => failures.includes('AnalysisRun ASSAY_CLUSTER_UNREACHABLE'));
    await plane.compact();
    await plane.startApiServer();

    await create('after');
    await waitFor('the new run in the store', () =>
      cached.stored('AnalysisRun').some(({ metadata }) => metadata.name === 'after'),
    );
    abort.abort();
    await following;

    const old = cluster.watch('AnalysisRun', { resourceVersion }, new AbortController().signal);
    expect(await codeOf(take(old[Symbol.asyncIterator](), 1))).toBe('ASSAY_CLUSTER_EXPIRED');
    expect(await codeOf(cluster.list('AnalysisRun', { limit: 1, continue: next }))).toBe('ASSAY_CLUSTER_EXPIRED');
  });

  async function pageOfOne() {
    await create('one-more');
    const page = await cluster.list('AnalysisRun', { limit: 1 });
    // What lies before the newest version is compacted.
    await create('newer');
    return page;
  }
});
