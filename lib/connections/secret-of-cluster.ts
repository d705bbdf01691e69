import type { Cluster } from '../model/cluster.ts';
import { AssayError } from '../model/errors.ts';

/** Where the manifests put what Assay has in a cluster, and where its operator puts what it may know. */
const NAMESPACE = 'assay-system';

/**
 * Reads Secrets of a cluster's namespace for Assay.
 * @throws AssayError ASSAY_SECRET_UNREADABLE, from the function returned; else as the API server has it
 */
export function secretOfCluster({ get }: Pick<Cluster, 'get'>): (name: string, key: string) => Promise<string> {
  return async (name, key) => {
    const data: Readonly<Record<string, string>> = (await get('Secret', { namespace: NAMESPACE, name }))?.data ?? {};
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    if (value !== undefined) return Buffer.from(value, 'base64').toString('utf8').trimEnd();
    throw new AssayError('ASSAY_SECRET_UNREADABLE', `secret ${NAMESPACE}/${name} is not there, or has no key ${key}`);
  };
}
