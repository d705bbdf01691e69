import { createServer } from 'node:http';
import { once } from 'node:events';
import { kubeConfigCredentials } from '../../lib/clusters/access/kubeconfig.ts';
import { kubernetesCluster } from '../../lib/clusters/api/kubernetes.ts';
import { exposeService } from './exposed-service.ts';
import { startControlPlane } from './servers/control-plane.ts';
import { waitFor } from './servers/wait-for.ts';

/**
 * Run in a network of its own (`unshare --net`), in which `ADDRESS` is an address of the loopback interface: API
 * servers lead to no loopback address. Asks a Service through the API server and prints what came of it, as JSON.
 */
const ADDRESS = process.argv[2] ?? '';
const requests: object[] = [];

const service = createServer((request, response) => {
  const { method, url, headers } = request;
  requests.push({ method, url, tenant: headers['x-scope-orgid'], authorization: headers.authorization });
  if (url === '/redirect') response.writeHead(302, { location: '/metrics?after=redirect' });
  else if (url === '/elsewhere') response.writeHead(302, { location: 'http://elsewhere.example.com/' });
  response.end(`${method} ${url}`);
});
service.listen(9090, ADDRESS);
await once(service, 'listening');

const plane = await startControlPlane();
try {
  await exposeService(plane, { name: 'prometheus', namespace: 'monitoring', address: ADDRESS, port: 9090 });
  const cluster = kubernetesCluster({
    name: 'prod',
    credentials: await kubeConfigCredentials({ file: plane.kubeconfigPath }),
    http: async () => Promise.reject(new Error('nothing here asks the network')),
    now: () => new Date(),
  });
  const url = 'http://prometheus.monitoring.svc.cluster.local';
  await waitFor('the endpoint', async () => (await cluster.fetch({ url, repeatable: false })).status === 200);
  requests.length = 0;

  const outcome = async (path: string, base = url): Promise<object> => {
    try {
      const { status, headers, body } = await cluster.fetch({
        url: base + path,
        headers: [['X-Scope-OrgID', 'team']],
        repeatable: false,
      });
      return { status, body, location: headers['location'] };
    } catch (error) {
      return { code: Reflect.get(Object(error), 'code'), message: error instanceof Error ? error.message : '' };
    }
  };
  const answers = {
    query: await outcome('/api/v1/query?query=up%7Ba%3D%22b%22%7D'),
    root: await outcome(''),
    redirect: await outcome('/redirect'),
    elsewhere: await outcome('/elsewhere'),
    absent: await outcome('/', 'http://absent.monitoring.svc'),
    otherPort: await outcome('/', 'http://prometheus.monitoring.svc:81'),
  };
  await cluster.close();
  console.log(JSON.stringify({ answers, requests }));
} finally {
  await plane.stop();
  service.close();
}
