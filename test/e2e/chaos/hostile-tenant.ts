import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { RESOURCES, resourceKind } from '../../../lib/model/resources.ts';
import { anyObject, BYSTANDERS } from '../../hostile/any-object.ts';
import { attacks } from '../../hostile/attacks.ts';
import type { ControlPlane } from '../servers/control-plane.ts';

/** A tenant that may create what it likes in its own namespace, and a server of its own. */
export interface HostileTenant {
  /** Objects that it sent, and those that the API server took. */
  counts(): { readonly sent: number; readonly taken: number };
  /** Sends every attack, and any objects beside, again and again until the signal. */
  attack(signal: AbortSignal): Promise<void>;
  /** What is not its own and was changed all the same. */
  harmed(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const NAMESPACE = 'hostile';
/** Any objects between two attacks. */
const ANY = 10;

export async function startHostileTenant(plane: ControlPlane, seed: number): Promise<HostileTenant> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    if (incoming.url === '/hang') return;
    if (incoming.url === '/page') response.end('é'.repeat(500_000));
    else if (incoming.url === '/text') response.end('x'.repeat(900_000));
    else if (incoming.url === '/away') response.writeHead(307, { location: 'http://169.254.169.254/' }).end();
    else response.end('{"ok":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { api } = plane;
  let sent = 0;
  let taken = 0;

  /** An API server that is away has simply not taken it. */
  const create = async (object: KubernetesObject): Promise<number> => {
    const { apiVersion, plural } = RESOURCES[resourceKind(object.kind)];
    const path = `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/namespaces/${object.metadata.namespace}/${plural}`;
    sent += 1;
    const answer = await api.send(path, { method: 'POST', body: object }).catch(() => ({ status: 0 }));
    const isTaken = answer.status === 201;
    if (isTaken) taken += 1;
    return answer.status;
  };
  const clear = async (): Promise<void> => {
    for (const plural of ['analysisruns', 'experiments', 'analysistemplates']) {
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/${plural}`;
      await api.send(path, { method: 'DELETE' }).catch(() => undefined);
    }
  };
  for (const namespace of [NAMESPACE, 'bystander']) {
    await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await plane.apply(bystander(namespace));
  }

  return {
    counts: () => ({ sent, taken }),
    async attack(signal) {
      let round = 0;
      while (!signal.aborted) {
        for (const [index, { runs }] of attacks(url).entries()) {
          if (signal.aborted) return;
          for (const [number, run] of runs.entries()) {
            if (signal.aborted) return;
            const metadata = { name: `a${round}-${index}-${number}`, namespace: NAMESPACE };
            await create({
              apiVersion: 'argoproj.io/v1alpha1',
              kind: 'AnalysisRun',
              metadata,
              ...run,
            });
          }
          for (const [number, object] of fc
            .sample(anyObject, { numRuns: ANY, seed: seed + round * 100 + index })
            .entries()) {
            const metadata = { ...object.metadata, name: `o${round}-${index}-${number}`, namespace: NAMESPACE };
            await create({ ...object, metadata });
          }
          await sleep(500, undefined, { signal }).catch(() => undefined);
        }
        await sleep(5000, undefined, { signal }).catch(() => undefined);
        await clear();
        round += 1;
      }
    },
    async harmed() {
      const paths = [NAMESPACE, 'bystander'].map((each) => `/apis/batch/v1/namespaces/${each}/jobs/${BYSTANDERS.job}`);
      const answers = await Promise.all(
        paths.map(async (path) => ({ path, ...(await api.send<KubernetesObject>(path)) })),
      );
      return answers.flatMap(({ path, status, body }) => {
        if (status !== 200) return [`${path}: ${status}`];
        return body.metadata.deletionTimestamp === undefined ? [] : [`${path} is being deleted`];
      });
    },
    async stop() {
      await clear();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A Job that no run made: suspended, so that nothing but a deletion befalls it. */
function bystander(namespace: string): object {
  const containers = [{ name: 'main', image: 'tool:1' }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: BYSTANDERS.job, namespace },
    spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers } } },
  };
}
