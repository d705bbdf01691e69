import { isAwsRegion } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import type { AwsCredentials, AwsIdentity } from '../model/provider.ts';
import { forgetBeyond } from '../model/forget-beyond.ts';

type Provider = () => Promise<AwsCredentials>;

/** As whom metrics may ask, beside the machine's own identity. */
export interface AllowedIdentities {
  /** ARNs of roles. */
  readonly roles: readonly string[];
  /** Profiles of the shared configuration. */
  readonly profiles: readonly string[];
}

const MOST_PROVIDERS = 100;

/**
 * Credentials as the AWS tools on this machine find them: the environment, the shared configuration (where a profile
 * is looked up), web identity, the container or the instance; and as whoever those may assume, if a role is asked
 * for. Kept until shortly before they expire.
 *
 * @param allowed  `any` only where those who write the metrics are who runs this process
 * @throws AssayError ASSAY_METRIC_INVALID, from the function returned, where there are none, or none for such a metric
 */
export function machineCredentials(
  allowed: AllowedIdentities | 'any',
): (identity: AwsIdentity) => Promise<AwsCredentials> {
  const providers = new Map<string, Promise<Provider>>();
  return async (identity) => {
    if (allowed !== 'any') requireAllowed(identity, allowed);
    if (!isAwsRegion(identity.region)) throw unsigned(`${JSON.stringify(identity.region)} is no region`);
    const key = JSON.stringify([identity.region, identity.profile, identity.roleArn, identity.externalId]);
    const provider = providers.get(key) ?? openProvider(identity);
    providers.set(key, provider);
    forgetBeyond(MOST_PROVIDERS, providers);
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await (await provider)();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    } catch (error) {
      throw unsigned(error instanceof Error ? error.message : String(error), error);
    }
  };
}

function requireAllowed({ roleArn, profile }: AwsIdentity, { roles, profiles }: AllowedIdentities): void {
  if (roleArn !== undefined && !roles.includes(roleArn)) {
    throw unsigned(`the role ${roleArn} is not allowed here: its operator may add --aws-role ${roleArn}`);
  }
  if (profile !== undefined && !profiles.includes(profile)) {
    throw unsigned(`the profile ${profile} is not allowed here: its operator may add --aws-profile ${profile}`);
  }
}

function unsigned(reason: string, cause?: unknown): AssayError {
  return new AssayError('ASSAY_METRIC_INVALID', `could not get SigV4 credentials: ${reason}`, { cause });
}

async function openProvider({ region, profile, roleArn, externalId }: AwsIdentity): Promise<Provider> {
  // Only those who measure with SigV4 pay for the AWS SDK.
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('./credential-providers-sdk.ts');
  const own = fromNodeProviderChain({ clientConfig: { region }, ...(profile !== undefined && { profile }) });
  if (roleArn === undefined) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    clientConfig: { region },
    params: {
      RoleArn: roleArn,
      RoleSessionName: 'assay',
      ...(externalId !== undefined && { ExternalId: externalId }),
    },
  });
}
