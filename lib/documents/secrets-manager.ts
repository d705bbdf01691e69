import type { SecretsManagerClient, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { Secrets } from '../model/cluster-documents.ts';
import { awsFailure, type FailureCodes, REQUEST_LIMITS } from '../model/aws-failure.ts';

/** Whatever goes wrong with a secret, its reader wants to know which. */
const CODES: FailureCodes = { refused: 'ASSAY_SECRET_UNREADABLE', unreachable: 'ASSAY_SECRET_UNREADABLE' };

/**
 * Secrets in AWS Secrets Manager; in the region of their ARN, where they are named by one.
 *
 * @param config  beside what the environment gives
 */
export function secretsManager(config: SecretsManagerClientConfig = {}): Secrets {
  const clients = new Map<string, SecretsManagerClient>();
  return {
    async read(name) {
      const { GetSecretValueCommand, SecretsManagerClient: Client } = await import('./secrets-manager-sdk.ts');
      const region = regionOf(name);
      const client =
        clients.get(region) ?? new Client({ requestHandler: REQUEST_LIMITS, ...config, ...(region && { region }) });
      clients.set(region, client);
      try {
        const { SecretString, SecretBinary } = await client.send(new GetSecretValueCommand({ SecretId: name }));
        return SecretString ?? new TextDecoder().decode(SecretBinary);
      } catch (error) {
        throw awsFailure(`secret ${name}`, error, CODES);
      }
    },
  };
}

/** Empty for a name, which is looked up where the process is. */
function regionOf(name: string): string {
  return /^arn:aws[\w-]*:secretsmanager:([\w-]+):/.exec(name)?.[1] ?? '';
}
