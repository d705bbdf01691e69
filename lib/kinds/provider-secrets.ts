import type { Cluster } from '../model/cluster.ts';
import { AssayError } from '../model/errors.ts';
import type { ProviderSecrets, ProviderSettings } from '../model/provider.ts';
import { secretValues } from './secret-values.ts';

/** Where Argo's controller is installed by its own manifests. */
export const CONTROLLER_NAMESPACE = 'argo-rollouts';

/**
 * What a provider may read of a cluster's Secrets, with the rights that the cluster gives to Assay.
 *
 * @param namespace  of the run
 * @param hide       hears of each value before the provider does
 */
export function providerSecrets(
  cluster: Pick<Cluster, 'get'>,
  namespace: string,
  { controllerNamespace = CONTROLLER_NAMESPACE, environment = {} }: ProviderSettings,
  hide: (value: string) => void,
): ProviderSecrets {
  return {
    async read(name, { namespace: place = 'controller', plain = [] } = {}) {
      const key = { namespace: place === 'run' ? namespace : controllerNamespace, name };
      const secret = await cluster.get('Secret', key);
      if (!secret) throw new AssayError('ASSAY_METRIC_UNREADABLE', `secrets "${name}" not found`);
      const values = secretValues(secret.data);
      for (const [field, value] of Object.entries(values)) if (!plain.includes(field)) hide(value);
      return values;
    },
    variable(name) {
      const value = environment[name];
      if (value !== undefined) hide(value);
      return value;
    },
  };
}
