import type { ControlPlane } from './servers/control-plane.ts';

/** A Service on port 80, and where the one pod behind it listens. */
export interface ExposedService {
  readonly name: string;
  readonly namespace: string;
  /** No loopback address: API servers lead to none. */
  readonly address: string;
  readonly port: number;
}

/** Creates a Service as a controller would leave it: API servers lead to addresses of pods only, found in Endpoints. */
export async function exposeService(
  plane: ControlPlane,
  { name, namespace, address, port }: ExposedService,
): Promise<void> {
  const metadata = { name, namespace };
  await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await plane.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  const containers = [{ name: 'main', image: name }];
  await plane.apply({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
  await plane.api.call(`/api/v1/namespaces/${namespace}/pods/${name}/status`, {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: { status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }] } },
  });
  const ports = [{ name: 'web', port: 80, targetPort: port }];
  await plane.apply({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } });
  const addresses = [{ ip: address, targetRef: { kind: 'Pod', ...metadata } }];
  const subsets = [{ addresses, ports: [{ name: 'web', port }] }];
  await plane.apply({ apiVersion: 'v1', kind: 'Endpoints', metadata, subsets });
}
