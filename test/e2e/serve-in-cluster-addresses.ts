import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { startAnalysisCluster } from './analysis-cluster.ts';
import { exposeService } from './exposed-service.ts';
import { startAssayServe } from './servers/assay-serve.ts';
import { startPrometheus } from './servers/prometheus.ts';
import { waitFor } from './servers/wait-for.ts';

/**
 * Run in a network of its own (`unshare --net`), in which `ADDRESS` is an address of the loopback interface: API
 * servers lead to no loopback address. Runs that ask in-cluster addresses, in each mode; prints their statuses as JSON.
 */
const ADDRESS = process.argv[2] ?? '';
const PORT = 9090;

const MODES = [
  ['proxy', '--service-addresses=proxy'],
  ['listed', '--service-addresses=proxy', '--service=monitoring/prometheus:80', '--service=monitoring/absent'],
  ['direct', '--service-addresses=direct'],
  ['deny', '--service-addresses=deny'],
] as const;

const prometheus = await startPrometheus({ targets: [] });
const pod = createServer((client) => {
  const upstream = connect(Number(new URL(prometheus.url).port), '127.0.0.1');
  client.pipe(upstream).pipe(client);
  for (const socket of [client, upstream]) socket.on('error', () => client.destroy() && upstream.destroy());
});
pod.listen(PORT, ADDRESS);
await once(pod, 'listening');
const cluster = await startAnalysisCluster();
try {
  await exposeService(cluster.plane, { name: 'prometheus', namespace: 'monitoring', address: ADDRESS, port: PORT });
  const path = '/api/v1/namespaces/monitoring/services/http:prometheus:80/proxy/-/ready';
  await waitFor('the endpoint', async () => (await cluster.plane.api.send(path)).status === 200);

  const statuses: Record<string, unknown> = {};
  for (const [mode, ...settings] of MODES) {
    const { kubeconfigPath } = cluster;
    const args = [`--selector=mode=${mode}`, ...settings];
    const assay = await startAssayServe({ kubeconfigPath, args });
    for (const [name, provider] of Object.entries(providers())) {
      const metrics = [{ name: 'up', consecutiveErrorLimit: 0, provider }];
      await cluster.createRun(`${mode}-${name}`, { metrics }, { labels: { mode } });
    }
    for (const name of Object.keys(providers())) {
      const { status } = await cluster.ended(`${mode}-${name}`);
      const { value, message } = status?.metricResults?.[0]?.measurements?.[0] ?? {};
      statuses[`${mode}-${name}`] = { phase: status?.phase, value, message };
    }
    await assay.stop();
  }
  console.log(JSON.stringify(statuses));
} finally {
  await cluster.stop();
  await prometheus.remove();
  pod.close();
}

function providers() {
  const address = 'http://prometheus.monitoring.svc.cluster.local';
  const query = 'vector(7)';
  return {
    prometheus: { prometheus: { address, query } },
    web: { web: { url: `${address}/api/v1/query?query=1`, jsonPath: '{$.data.result[1]}' } },
    bearer: { prometheus: { address, query, headers: [{ key: 'Authorization', value: 'Bearer t' }] } },
    absent: { web: { url: 'http://absent.monitoring.svc/' } },
  };
}
