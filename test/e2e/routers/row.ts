import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import type { RouterName } from '../../../lib/model/router-rows.ts';
import type { TrafficRouting } from '../../../lib/model/traffic-routing.ts';
import { NAMESPACE } from '../analysis-cluster.ts';
import type { ApiClient } from '../servers/api-client.ts';
import type { CustomResource } from '../servers/router-crds.ts';

/** An object that a router splits the traffic with, or that leads to one. */
export interface RouterObject extends KubernetesObject {
  readonly spec: object;
}

/** A router, as a Rollout of some name uses it. Its Services are `<name>-stable` and `<name>-canary`. */
export interface RouterRow {
  readonly router: RouterName;
  readonly crds: () => Promise<readonly CustomResource[]>;
  readonly trafficRouting: (name: string) => TrafficRouting;
  /** What users have there beforehand. */
  readonly objects: (name: string) => readonly RouterObject[];
  /** An object of these without what a Rollout at rest leaves in it; absent: it leaves nothing. */
  readonly withoutTraces?: (object: KubernetesObject) => KubernetesObject;
  /** Of the canary, in percent; undefined: it has no part in any object. */
  readonly weight: (api: ApiClient, name: string) => Promise<number | undefined>;
}

/** The one that serves `<name>.example.com`. */
export function hostOf(name: string): string {
  return `${name}.example.com`;
}

/** The object of this name in the tests' namespace; undefined: there is none. */
export async function readObject<Item>(
  api: ApiClient,
  apiVersion: string,
  plural: string,
  name: string,
): Promise<Item | undefined> {
  const { status, body } = await api.send<Item>(`/apis/${apiVersion}/namespaces/${NAMESPACE}/${plural}/${name}`);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`${plural} ${name}: ${status}`);
  return body;
}

/** The two Services of a Rollout whose pods answer on the port named `http`. */
export function servicesOf(name: string): readonly RouterObject[] {
  return ['stable', 'canary'].map((part) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${name}-${part}` },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }] },
  }));
}
