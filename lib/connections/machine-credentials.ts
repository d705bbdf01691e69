import { AssayError } from '../model/errors.ts';
import type { AwsCredentials, AwsIdentity } from '../model/provider.ts';

type Provider = () => Promise<AwsCredentials>;

/**
 * Credentials as the AWS tools on this machine find them: the environment, the shared configuration (where a profile
 * is looked up), web identity, the container or the instance; and as whoever those may assume, if a role is asked
 * for. Kept until shortly before they expire.
 *
 * @throws AssayError ASSAY_METRIC_INVALID, from the function returned, where there are none
 */
export function machineCredentials(): (identity: AwsIdentity) => Promise<AwsCredentials> {
  const providers = new Map<string, Promise<Provider>>();
  return async (identity) => {
    const key = JSON.stringify([identity.region, identity.profile, identity.roleArn]);
    const provider = providers.get(key) ?? openProvider(identity);
    providers.set(key, provider);
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await (await provider)();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AssayError('ASSAY_METRIC_INVALID', `could not get SigV4 credentials: ${reason}`, { cause: error });
    }
  };
}

async function openProvider({ region, profile, roleArn }: AwsIdentity): Promise<Provider> {
  // Only those who measure with SigV4 pay for the AWS SDK.
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('./credential-providers-sdk.ts');
  const own = fromNodeProviderChain({ clientConfig: { region }, ...(profile !== undefined && { profile }) });
  if (roleArn === undefined) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    clientConfig: { region },
    params: { RoleArn: roleArn, RoleSessionName: 'assay' },
  });
}
