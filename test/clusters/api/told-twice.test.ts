import { afterEach, describe, expect, test } from 'vitest';
import { kubernetesCluster, type KubernetesCluster } from '../../../lib/clusters/api/kubernetes.ts';
import type { AnalysisRun } from '../../../lib/model/analysis-run.ts';
import type { WatchEvent } from '../../../lib/model/cluster.ts';
import { openStubServer, type StubServer } from './stub-server.ts';

let server: StubServer | undefined;
let cluster: KubernetesCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  await server?.close();
});

interface Text {
  readonly version: string;
  readonly uid?: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly phase: string;
}

/** As API servers write it: metadata in the order of the alphabet. */
function textOf({ version, uid = 'a0', name = 'a', labels = {}, phase }: Text): string {
  const metadata = { labels, name, namespace: 'shop', resourceVersion: version, uid };
  return JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata, status: { phase } });
}

/**
 * What a watch tells of an object while `patched` is written, whose answer comes first; with the phases that tell which of
 * the two texts was read.
 */
async function told(answer: Text, events: readonly { readonly type: string; readonly of: Text }[]) {
  const { promise: isPatched, resolve: patched } = Promise.withResolvers<void>();
  server = await openStubServer(({ method, url }) => {
    if (method === 'PATCH') return { body: textOf(answer) };
    if (!url.includes('watch=true')) return {};
    return (response) => {
      response.writeHead(200).flushHeaders();
      void isPatched.then(() =>
        response.end(events.map(({ type, of }) => `{"type":"${type}","object":${textOf(of)}}\n`).join('')),
      );
    };
  });
  const access = { server: server.url, tls: {}, headers: {} };
  cluster = kubernetesCluster({
    name: 'c1',
    credentials: { access: () => access, renew: async () => access },
    http: () => Promise.reject(new Error('no network')),
    now: () => new Date(0),
  });
  const watch = cluster.watch('AnalysisRun', { resourceVersion: '1' }, new AbortController().signal);
  const seen: WatchEvent<AnalysisRun>[] = [];
  const following = (async () => {
    for await (const event of watch) seen.push(event);
  })();
  const written = await cluster.patch('AnalysisRun', { namespace: 'shop', name: 'a' }, { status: {} });
  patched();
  await following;
  return {
    written,
    seen: seen.map(({ type, object }) => ({ type, phase: object.status?.phase, name: object.metadata.name })),
  };
}

describe('what our own write made of an object', () => {
  test('is not read again when the watch tells of it', async () => {
    const { seen } = await told({ version: '7', phase: 'Running' }, [
      { type: 'MODIFIED', of: { version: '7', phase: 'not read' } },
    ]);
    expect(seen).toEqual([{ type: 'MODIFIED', phase: 'Running', name: 'a' }]);
  });

  test.each([
    { name: 'another version', type: 'MODIFIED', of: { version: '8', phase: 'Failed' } },
    { name: 'the same version of another object', type: 'MODIFIED', of: { version: '7', uid: 'b0', phase: 'Failed' } },
    { name: 'its end', type: 'DELETED', of: { version: '7', phase: 'Failed' } },
  ])('$name is read', async ({ type, of }) => {
    const { seen } = await told({ version: '7', phase: 'Running' }, [{ type, of }]);
    expect(seen).toEqual([{ type, phase: 'Failed', name: 'a' }]);
  });

  test('is known once: whoever tells of that version again is read', async () => {
    const event = { type: 'MODIFIED', of: { version: '7', phase: 'Failed' } };
    const { seen } = await told({ version: '7', phase: 'Running' }, [event, event]);
    expect(seen.map(({ phase }) => phase)).toEqual(['Running', 'Failed']);
  });

  test('labels that look like it change nothing of what others are told to be', async () => {
    const labels = { resourceVersion: '7', uid: 'a0' };
    const { seen } = await told({ version: '7', phase: 'Running' }, [
      { type: 'MODIFIED', of: { version: '8', uid: 'b0', name: 'b', labels, phase: 'Failed' } },
      { type: 'MODIFIED', of: { version: '7', phase: 'Running' } },
    ]);
    // Of b nothing is heard until its next change; of a all that there is.
    expect(seen.map(({ name, phase }) => `${name} ${phase}`)).toEqual(['a Running', 'a Running']);
  });
});
