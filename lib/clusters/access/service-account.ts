import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../../model/errors.ts';

/** The identity of a pod, without a Kubernetes client, which would take 40 MB. */
export interface ServiceAccount {
  /** `https://10.96.0.1:443` */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  /** The token as it is now: kubelets renew it. */
  readonly token: () => string;
}

/**
 * The service account of the pod that this process runs in.
 *
 * @throws AssayError ASSAY_KUBECONFIG_INVALID where there is none
 * @source rest.InClusterConfig of k8s.io/client-go
 */
export function readServiceAccount(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ServiceAccount {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port) {
    throw new AssayError('ASSAY_KUBECONFIG_INVALID', 'not in a pod: KUBERNETES_SERVICE_HOST and _PORT are not set');
  }
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new AssayError('ASSAY_KUBECONFIG_INVALID', `${join(folder, name)}: cannot be read (${code})`);
    }
  };
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: `${read('ca.crt')}\n`,
    token: () => read('token'),
  };
}
