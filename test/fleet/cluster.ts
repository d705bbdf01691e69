import { PATIENCE } from '../../lib/aws/registered-cluster.ts';
import type { Credentials } from '../../lib/clusters/access/credentials.ts';
import { memoryCluster, type MemoryCluster } from '../../lib/clusters/memory/memory-cluster.ts';
import type { OpenCluster } from '../../lib/clusters/registered.ts';
import { wrap } from '../../lib/clusters/wrap.ts';
import type { AnalysisRun } from '../../lib/model/analysis-run.ts';
import type { ListQuery, ObjectKey, Patch, PatchOptions } from '../../lib/model/cluster.ts';
import { AssayError } from '../../lib/model/errors.ts';
import type { HttpRequest, HttpResponse } from '../../lib/model/http.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import type { ResourceKind, Resources } from '../../lib/model/resources.ts';
import type { Processor } from './aws.ts';
import { type FleetClock, latencyMs, type Random } from './clock.ts';
import { MODEL } from './model.ts';

/** How a cluster is: it answers, takes connections and says nothing, takes none, or lets Assay do nothing. */
export type Health = 'well' | 'silent' | 'refusing' | 'denied';

/** A cluster with its Prometheus, seen from nowhere in particular. */
export interface FleetCluster {
  readonly name: string;
  health: Health;
  /** Requests of all containers. */
  readonly requests: () => number;
  /** Connections that were made, of all containers. */
  readonly connections: () => number;
  /** When it was first asked anything, in milliseconds of the clock. */
  readonly firstMs: () => number | undefined;
  /** Creates a run that measures every so often; its webhook would tell of it. */
  addRun(name: string, intervalSeconds: number): Promise<ObjectRef>;
  /** The same as a container reaches it: with connections of its own, by its own processor. */
  open(credentials: Credentials, processor: Processor): OpenCluster;
}

const NAMESPACE = 'shop';
const ANSWER = JSON.stringify({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [0, '0.99'] }] },
});

/** @param onLate  told of each measurement after the first of a run, how much later it began than it should have */
export function fleetCluster(
  name: string,
  clock: FleetClock,
  random: Random,
  onLate: (seconds: number) => void,
): FleetCluster {
  const intervals = new Map<string, number>();
  const measured = new Map<string, number>();
  let requests = 0;
  let connections = 0;
  let firstMs: number | undefined;

  const query = async ({ url, body = '' }: HttpRequest): Promise<HttpResponse> => {
    const run = /run%3D%22([\w-]+)%22/.exec(url + body)?.[1] ?? '';
    const before = measured.get(run);
    if (before !== undefined) onLate((clock.nowMs() - before) / 1000 - (intervals.get(run) ?? 0));
    await clock.sleep(latencyMs(MODEL.queryMs, random));
    measured.set(run, clock.nowMs());
    return { status: 200, headers: {}, body: ANSWER };
  };
  let memory: MemoryCluster | undefined;
  const inside = (): MemoryCluster => (memory ??= memoryCluster(name, { now: clock.now, http: query }));

  const unreachable = (code: string): AssayError =>
    new AssayError('ASSAY_CLUSTER_UNREACHABLE', `no answer (${code})`, { retry: true, cluster: name });

  const fleet: FleetCluster = {
    name,
    health: 'well',
    requests: () => requests,
    connections: () => connections,
    firstMs: () => firstMs,
    async addRun(run, intervalSeconds) {
      intervals.set(run, intervalSeconds);
      const { metadata } = await inside().create('AnalysisRun', aMeasuringRun(run, intervalSeconds));
      return { cluster: name, kind: 'AnalysisRun', namespace: NAMESPACE, name: run, uid: metadata.uid ?? '' };
    },
    open(credentials, processor) {
      /** When each kept connection was last used. */
      let kept: number[] = [];

      const connect = async (): Promise<void> => {
        const isAlive = (usedMs: number): boolean => clock.nowMs() - usedMs < MODEL.keepAliveMs;
        kept = kept.filter(isAlive);
        if (kept.pop() !== undefined) return;
        connections += 1;
        await clock.sleep(2 * MODEL.roundTripMs);
        if (fleet.health === 'refusing') throw unreachable('ECONNREFUSED');
        await processor.take(MODEL.cpu.connection);
      };
      const asking = async <T>(work: () => Promise<T>, patienceMs: number = PATIENCE.responseTimeoutMs): Promise<T> => {
        const access = await credentials.access();
        firstMs ??= clock.nowMs();
        requests += 1;
        await processor.take(MODEL.cpu.apiRequest);
        await connect();
        if (fleet.health === 'silent') {
          await clock.sleep(patienceMs);
          throw unreachable('UND_ERR_HEADERS_TIMEOUT');
        }
        await clock.sleep(latencyMs(MODEL.apiMs, random));
        kept.push(clock.nowMs());
        if (fleet.health === 'denied') {
          credentials.doubt?.(access);
          throw new AssayError('ASSAY_CLUSTER_DENIED', 'runs is forbidden', { cluster: name });
        }
        return work();
      };

      const cluster = wrap(inside(), {
        get: <K extends ResourceKind>(kind: K, key: ObjectKey) =>
          asking(() => inside().get(kind, key), PATIENCE.objectTimeoutMs),
        list: <K extends ResourceKind>(kind: K, which?: ListQuery) => asking(() => inside().list(kind, which)),
        create: <K extends ResourceKind>(kind: K, object: Resources[K]) => asking(() => inside().create(kind, object)),
        patch: <K extends ResourceKind>(kind: K, key: ObjectKey, patch: Patch, options?: PatchOptions) =>
          asking(() => inside().patch(kind, key, patch, options)),
        delete: (kind, key, deletion) => asking(() => inside().delete(kind, key, deletion)),
        recordEvent: (about, event) => asking(() => inside().recordEvent(about, event)),
        listStored: 'as is',
        watch: 'as is',
        isBehind: 'as is',
        refresh: 'as is',
        refreshAll: 'as is',
        async fetch(request) {
          await processor.take(MODEL.cpu.query);
          return inside().fetch(request);
        },
      });
      const rest = async (): Promise<void> => void (kept = []);
      return { ...cluster, rest, close: rest };
    },
  };
  return fleet;
}

function aMeasuringRun(name: string, intervalSeconds: number): AnalysisRun {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      metrics: [
        {
          name: 'success-rate',
          interval: `${intervalSeconds}s`,
          count: 100_000,
          successCondition: 'result[0] >= 0.95',
          provider: { prometheus: { address: 'http://prometheus.example.com', query: `up{run="${name}"}` } },
        },
      ],
    },
  };
}
