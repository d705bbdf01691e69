import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../lib/model/analysis-run.ts';
import { makeAuthority } from '../connections/certificates.ts';
import { loadVectors } from '../vectors/load.ts';
import type { ProviderVector } from '../vectors/providers.ts';
import { type AnalysisCluster, borrowAnalysisCluster, resultOf } from './analysis-cluster.ts';
import { SECRETS_NAMESPACE } from './metric-sources.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { serversAvailable } from './servers/build.ts';
import { type RecordedSource, startRecordedSource } from './servers/recorded-source.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';

/** Recorded of sources that are hosted only, or too large to be had; one of each way of asking. */
const PLAYED = {
  datadog: ['datadog-026', 'datadog-139'],
  newrelic: ['newrelic-045'],
  wavefront: ['wavefront-040'],
  skywalking: ['skywalking-041'],
  kayenta: ['kayenta-078'],
};
const folder = createScratchFolder('recorded-sources');
const WAVEFRONT_NAME = 'wavefront.test';

const recorded = new Map(
  loadVectors('providers')
    .flatMap(({ vectors }) => vectors as readonly unknown[] as readonly ProviderVector[])
    .map((vector) => [vector.id, vector]),
);

function vectorsOf(ids: readonly string[]): readonly ProviderVector[] {
  return ids.flatMap((id) => recorded.get(id) ?? []);
}

/** Of the namespace of Argo's controller; those of one source have the same ones. */
function secretsOf(ids: readonly string[]): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const [first] = vectorsOf(ids);
  return first?.secrets?.[first.controllerNamespace] ?? {};
}

type Lasting = Pick<Measurement, 'value' | 'message' | 'metadata'> & { readonly phase: string };

/** What a measurement has beside times. */
function lasting({ phase, value, message, metadata }: Lasting = { phase: 'none' }): object {
  const { timestamps: _times, ...others } = metadata ?? {};
  return { phase, value, message, metadata: others };
}

/** Writes a file of settings, or for one. */
function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.skipIf(!(await serversAvailable()))('what sources were recorded to answer', () => {
  const sources = new Map<string, RecordedSource>();
  let cluster: AnalysisCluster;
  let assay: AssayServe;

  const play = async (
    [name, ids]: readonly [string, readonly string[]],
    tls?: { readonly key: string; readonly cert: string },
  ): Promise<void> => {
    const exchanges = vectorsOf(ids).flatMap(({ steps = [] }) => steps.flatMap(({ exchanges: made = [] }) => made));
    sources.set(name, await startRecordedSource(exchanges, tls && { tls }));
  };
  const locate = <Part>(name: string, part: Part): Part => {
    const { url = '' } = sources.get(name) ?? {};
    return JSON.parse(
      JSON.stringify(part).replaceAll('$SERVER', url).replaceAll('$HOST', url.replace('https://', '')),
    ) as Part;
  };

  /** A Secret of Kubernetes cannot name a port, as Wavefront's names the server: a connection gives it its token. */
  const writeSettings = (ca: string): string => {
    const { url = '' } = sources.get('wavefront') ?? {};
    const { 'wavefront-api-tokens': tokens = {} } = secretsOf(PLAYED.wavefront);
    const keys = Object.entries(locate('wavefront', tokens)).map(([host, token]) => [
      host,
      { file: write('wavefront-token', token) },
    ]);
    const connection = {
      name: 'wavefront',
      provider: 'wavefront',
      hosts: [url],
      keys: Object.fromEntries(keys),
      tls: { ca: { file: write('ca.pem', ca) }, serverName: WAVEFRONT_NAME },
    };
    return write('settings.yaml', JSON.stringify({ connections: [connection] }));
  };

  beforeAll(async () => {
    const authority = await makeAuthority();
    const certificate = await authority.issue(WAVEFRONT_NAME);
    cluster = await borrowAnalysisCluster();
    await cluster.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SECRETS_NAMESPACE } });
    for (const [name, ids] of Object.entries(PLAYED)) {
      await play([name, ids], name === 'wavefront' ? certificate : undefined);
      const held = name === 'wavefront' ? {} : locate(name, secretsOf(ids));
      for (const [secret, stringData] of Object.entries(held)) {
        const metadata = { name: secret, namespace: SECRETS_NAMESPACE };
        await cluster.plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
      }
    }
    const args = [`--controller-namespace=${SECRETS_NAMESPACE}`, `--settings=${writeSettings(authority.ca)}`];
    assay = await startAssayServe({ kubeconfigPath: cluster.kubeconfigPath, args });
    for (const [name, ids] of Object.entries(PLAYED)) {
      for (const { id, metric } of vectorsOf(ids)) await cluster.createRun(id, { metrics: [locate(name, metric)] });
    }
  });
  afterAll(async () => {
    await assay?.stop();
    await cluster?.stop();
    await Promise.all([...sources.values()].map((source) => source.stop()));
    removeScratchFolder(folder);
  });

  test.each(Object.entries(PLAYED).flatMap(([name, ids]) => ids.map((id) => ({ name, id }))))(
    '$id: is asked as it was, and its answer ends a run as it did',
    async ({ name, id }) => {
      const [measurement] = resultOf(await cluster.ended(id)).measurements ?? [];
      const [{ steps = [] } = {}] = vectorsOf([id]);
      expect(sources.get(name)?.strangers).toEqual([]);
      expect(lasting(measurement)).toEqual(lasting(steps.at(-1)?.measurement));
    },
  );

  test('nothing that was recorded was left out', async () => {
    await Promise.all(Object.values(PLAYED).flatMap((ids) => ids.map(async (id) => cluster.ended(id))));
    expect([...sources.values()].flatMap((source) => source.left())).toEqual([]);
  });
});
