import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import { AssayError } from '../model/errors.ts';
import type { SecretStore } from '../model/cluster-documents.ts';
import { awsFailure, isNamed, REGISTRY_CODES } from '../model/aws-failure.ts';
import { secretsManager } from './secrets-manager.ts';

/** Says of a secret which cluster it was made for: what has no such tag is somebody else's. */
const CLUSTER_TAG = 'assay-cluster';
/** How long a removed secret can be brought back; the least that AWS takes. */
const RECOVERY_DAYS = 7;

/** Secrets in Secrets Manager, for those who register clusters. The functions only read: `secrets-manager.ts`. */
export function secretsManagerStore(config: SecretsManagerClientConfig = {}): SecretStore {
  const client = new SecretsManagerClient(config);

  const describe = async (name: string): Promise<DescribeSecretCommandOutput | undefined> => {
    try {
      return await client.send(new DescribeSecretCommand({ SecretId: name }));
    } catch (error) {
      if (isNamed(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  };

  const create = async (name: string, value: string, cluster: string): Promise<void> => {
    const command = new CreateSecretCommand({
      Name: name,
      SecretString: value,
      Description: `How Assay gets into cluster ${cluster}`,
      Tags: [{ Key: CLUSTER_TAG, Value: cluster }],
    });
    await client.send(command);
  };

  return {
    ...secretsManager(config),
    write: (name, value, cluster) =>
      attempt(name, async () => {
        const before = await describe(name);
        if (!before) return create(name, value, cluster);
        if (!isOf(before, cluster)) {
          throw new AssayError(
            'ASSAY_REGISTRY_REFUSED',
            `secret ${name} is there already, without the tag ${CLUSTER_TAG}=${cluster}`,
          );
        }
        // It was removed a short time ago.
        if (before.DeletedDate) await client.send(new RestoreSecretCommand({ SecretId: name }));
        await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
      }),
    remove: (name, cluster) =>
      attempt(name, async () => {
        const before = await describe(name);
        if (!before || before.DeletedDate) return 'absent';
        if (!isOf(before, cluster)) return 'not ours';
        await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: RECOVERY_DAYS }));
        return 'removed';
      }),
  };
}

async function attempt<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw awsFailure(`secret ${name}`, error, REGISTRY_CODES);
  }
}

function isOf({ Tags = [] }: DescribeSecretCommandOutput, cluster: string): boolean {
  return Tags.some(({ Key, Value }) => Key === CLUSTER_TAG && Value === cluster);
}
