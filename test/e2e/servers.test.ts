import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serversAvailable } from './servers/build.ts';
import { startControlPlane, type ControlPlane } from './servers/control-plane.ts';
import { startKubelet, type Kubelet } from './servers/kubelet.ts';
import { startPrometheus } from './servers/prometheus.ts';
import { startSampleService } from './servers/sample-service.ts';
import { waitFor } from './servers/wait-for.ts';

const isAvailable = await serversAvailable();
const minutes = 60_000;

describe.skipIf(!isAvailable)('a control plane with a kubelet', () => {
  let plane: ControlPlane;
  let kubelet: Kubelet;

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: true });
    kubelet = await startKubelet(plane);
    await plane.apply(namespace('shop'));
    await waitFor('the service account that pods run as', () =>
      plane.api.call('/api/v1/namespaces/shop/serviceaccounts/default'),
    );
  }, 15 * minutes);

  afterAll(async () => {
    await kubelet?.stop();
    await plane?.stop();
  });

  it('completes a Job whose command succeeds, with the variables it was given', { timeout: 1 * minutes }, async () => {
    await plane.apply(configMap('colours', { main: 'green' }));
    await plane.apply(
      job('passes', {
        command: ['sh', '-c'],
        args: ['echo "$GREETING $(COLOUR)"'],
        env: [
          { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'colours', key: 'main' } } },
          { name: 'GREETING', value: 'a $(COLOUR)' },
        ],
      }),
    );
    await plane.kubectl(['wait', 'job/passes', '-n', 'shop', '--for=condition=Complete', '--timeout=30s']);
    expect(kubelet.logs('shop', await podOf('passes'))).toBe('a green green\n');
  });

  it('fails a Job whose command fails, and tells the exit code', { timeout: 1 * minutes }, async () => {
    await plane.apply(job('fails', { command: ['sh', '-c', 'exit 3'] }));
    await plane.kubectl(['wait', 'job/fails', '-n', 'shop', '--for=condition=Failed', '--timeout=30s']);
    const exitCode = '{.items[0].status.containerStatuses[0].state.terminated.exitCode}';
    expect(await podsOf('fails', exitCode)).toBe('3');
  });

  it('leaves a pod waiting whose image cannot be pulled', { timeout: 1 * minutes }, async () => {
    await plane.apply(job('stuck', { image: 'missing/tool:1', command: ['true'] }));
    const reason = '{.items[0].status.containerStatuses[0].state.waiting.reason}';
    await waitFor('ImagePullBackOff', async () => (await podsOf('stuck', reason)) === 'ImagePullBackOff');
    expect(await podsOf('stuck', '{.items[0].status.phase}')).toBe('Pending');
  });

  it('makes the pods of a ReplicaSet ready, but for images that never are', { timeout: 1 * minutes }, async () => {
    await plane.apply(replicaSet('web', { image: 'pause:3' }));
    await plane.apply(replicaSet('sick', { image: 'never-ready/web:1' }));
    await plane.kubectl(['wait', 'rs/web', '-n', 'shop', '--for=jsonpath={.status.readyReplicas}=2', '--timeout=30s']);
    await waitFor('two pods that run', async () => (await podsOf('sick', phases)) === 'Running Running');
    const readyReplicas = ['get', 'rs', 'sick', '-n', 'shop', '-o', 'jsonpath={.status.readyReplicas}'];
    expect(await plane.kubectl(readyReplicas)).toBe('');
  });

  it('restarts containers by restartPolicy, and counts', { timeout: 1 * minutes }, async () => {
    const script = 'test -e been-here && exit 0; touch been-here; exit 1';
    await plane.apply(job('second-try', { command: ['sh', '-c', script] }, 'OnFailure'));
    await plane.kubectl(['wait', 'job/second-try', '-n', 'shop', '--for=condition=Complete', '--timeout=30s']);
    expect(await podsOf('second-try', '{.items[0].status.containerStatuses[0].restartCount}')).toBe('1');
  });

  it('ends the processes of a Job that is deleted', { timeout: 1 * minutes }, async () => {
    // Kubernetes makes one of two dollars.
    await plane.apply(job('endless', { command: ['sh', '-c', 'echo $$$$; sleep 600'] }));
    const name = await waitFor('the pod', async () => (await podOf('endless')) || undefined);
    const pid = await waitFor('its process', () => Number(kubelet.logs('shop', name)) || undefined);
    await plane.kubectl(['delete', 'job', 'endless', '-n', 'shop']);
    await waitFor('the pod to be gone', async () => (await podOf('endless')) === '');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('collects what an ownerReference points to when the owner goes', { timeout: 1 * minutes }, async () => {
    await plane.apply(configMap('owner', {}));
    const uid = await plane.kubectl(['get', 'configmap', 'owner', '-n', 'shop', '-o', 'jsonpath={.metadata.uid}']);
    const owned = configMap('owned', {});
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    await plane.apply({ ...owned, metadata: { ...owned.metadata, ownerReferences } });
    await plane.kubectl(['delete', 'configmap', 'owner', '-n', 'shop']);
    const isCollected = async (): Promise<boolean> =>
      (await plane.api.send('/api/v1/namespaces/shop/configmaps/owned')).status === 404;
    await waitFor('the owned object to be collected', isCollected);
    expect((await plane.api.send('/api/v1/namespaces/shop/configmaps/colours')).status).toBe(200);
  });

  it('lets its unprivileged users do only what RBAC grants', { timeout: 1 * minutes }, async () => {
    const path = '/api/v1/namespaces/shop/configmaps';
    const token = plane.tokenFor('alice');
    expect((await plane.api.send(path, { token })).status).toBe(403);
    await plane.kubectl(['create', 'rolebinding', 'alice', '-n', 'shop', '--clusterrole=view', '--user=alice']);
    await waitFor('the grant', async () => (await plane.api.send(path, { token })).status === 200);
    expect((await plane.api.send(path, { token: 'nobody-has-this' })).status).toBe(401);
  });

  it('keeps data and running containers over a stop of the API server', { timeout: 2 * minutes }, async () => {
    await plane.apply(configMap('kept', { colour: 'blue' }));
    await plane.apply(job('meanwhile', { command: ['sh', '-c', 'sleep 3'] }));
    await waitFor('the job to run', async () => (await podsOf('meanwhile', phases)) === 'Running');
    await plane.stopApiServer();
    await expect(plane.api.send('/readyz')).rejects.toThrow('ECONNREFUSED');
    await plane.startApiServer();
    const colour = ['get', 'configmap', 'kept', '-n', 'shop', '-o', 'jsonpath={.data.colour}'];
    expect(await plane.kubectl(colour)).toBe('blue');
    await plane.kubectl(['wait', 'job/meanwhile', '-n', 'shop', '--for=condition=Complete', '--timeout=60s']);
  });

  it('tells a watch from before a compaction and a restart that it is too late', { timeout: 1 * minutes }, async () => {
    const path = '/api/v1/namespaces/shop/configmaps';
    const { metadata } = await plane.api.call<{ metadata: { resourceVersion: string } }>(path);
    await plane.apply(configMap('later', {}));
    await plane.compact();
    await plane.killApiServer();
    await plane.startApiServer();
    const codes: unknown[] = [];
    const watchPath = `${path}?watch=true&resourceVersion=${metadata.resourceVersion}`;
    await plane.api.watch<{ code?: number }>(
      watchPath,
      ({ object }) => codes.push(object.code),
      AbortSignal.timeout(10_000),
    );
    expect(codes).toEqual([410]);
  });

  it('empties a namespace that is deleted', { timeout: 1 * minutes }, async () => {
    await plane.kubectl(['delete', 'namespace', 'shop', '--timeout=50s']);
    expect((await plane.api.send('/api/v1/namespaces/shop')).status).toBe(404);
  });

  const phases = '{.items[*].status.phase}';

  /** What a JSONPath finds among the pods with the label `app`. */
  function podsOf(app: string, path: string): Promise<string> {
    return plane.kubectl(['get', 'pods', '-n', 'shop', '-l', `app=${app}`, '-o', `jsonpath=${path}`]);
  }

  /** The name of the first pod, empty if there is none. */
  function podOf(app: string): Promise<string> {
    return podsOf(app, '{.items[*].metadata.name}');
  }
});

describe.skipIf(!isAvailable)('a Prometheus and a service to scrape', () => {
  it('answers queries about the service, and goes on after a stop', { timeout: 15 * minutes }, async () => {
    const service = await startSampleService();
    service.set('checkout_errors_total', { code: '500', quote: '"' }, 3);
    const prometheus = await startPrometheus({ targets: [service.target] });
    try {
      const valueOf = async (query: string): Promise<string | undefined> =>
        (await prometheus.query(query)).at(0)?.value[1];
      await waitFor('the first scrape', async () => (await valueOf('checkout_errors_total{code="500"}')) === '3');

      await prometheus.stop();
      await expect(prometheus.query('up')).rejects.toThrow('fetch failed');
      service.set('checkout_errors_total', { code: '500', quote: '"' }, 5);
      await prometheus.start();
      await waitFor('a scrape after the stop', async () => (await valueOf('checkout_errors_total')) === '5');
      expect(await valueOf('min_over_time(checkout_errors_total[5m])')).toBe('3');
    } finally {
      await prometheus.remove();
      await service.stop();
    }
  });

  it('serves the pages it is given and records who asked', async () => {
    const service = await startSampleService();
    try {
      service.page('/health', { status: 503, headers: { 'retry-after': '1' }, body: { ok: false } });
      service.page('/gone', { reset: true });
      const answer = await fetch(`${service.url}/health?deep=1`, { method: 'POST', body: 'hello' });
      expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
        503,
        '1',
        { ok: false },
      ]);
      await expect(fetch(`${service.url}/gone`)).rejects.toThrow('fetch failed');
      expect((await fetch(`${service.url}/nowhere`)).status).toBe(404);
      expect(service.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
        ['POST', '/health?deep=1', 'hello'],
        ['GET', '/gone', ''],
        ['GET', '/nowhere', ''],
      ]);
    } finally {
      await service.stop();
    }
  });
});

function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function configMap(name: string, contents: Record<string, string>): { metadata: object } {
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data: contents };
  return manifest;
}

function podTemplate(app: string, container: object, restartPolicy: string): object {
  const containers = [{ name: 'main', image: 'tool:1', ...container }];
  return { metadata: { labels: { app } }, spec: { restartPolicy, terminationGracePeriodSeconds: 2, containers } };
}

function job(name: string, container: object, restartPolicy = 'Never'): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'shop' },
    spec: { backoffLimit: restartPolicy === 'Never' ? 0 : 3, template: podTemplate(name, container, restartPolicy) },
  };
}

function replicaSet(name: string, container: object): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop' },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: podTemplate(name, container, 'Always') },
  };
}
