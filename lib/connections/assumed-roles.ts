import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts';
import { AssayError } from '../model/errors.ts';
import type { AwsCredentials } from '../model/provider.ts';
import { awsFailure, REQUEST_LIMITS } from '../model/aws-failure.ts';
import { forgetBeyond } from '../model/forget-beyond.ts';

/** A role, and in whose name it is assumed. */
export interface RoleRequest {
  readonly roleArn: string;
  readonly region: string;
  readonly externalId?: string;
  /** Goes into the name of the session, and as tag `assay-cluster` into policies. */
  readonly cluster: string;
  /** Of which role the request is made; its session is not tagged again. Default: the identity of this process. */
  readonly from?: RoleRequest;
}

export interface AssumedRoles {
  /** The identity of this process. @throws AssayError ASSAY_ROLE_REFUSED where it has none */
  own(region: string): Promise<AwsCredentials>;
  /** @throws AssayError ASSAY_ROLE_REFUSED; retried where AWS did not answer */
  assume(role: RoleRequest): Promise<AwsCredentials>;
}

export interface AssumedRolesOptions {
  readonly now: () => Date;
  /** Beside what the environment gives. */
  readonly client?: STSClientConfig;
}

interface Session extends AwsCredentials {
  readonly expiration: Date;
}

/** Roles that are assumed by way of another last an hour at most. */
const SESSION_SECONDS = 3600;
/** What is signed with a session outlives it not: the tokens of EKS are used for 14 minutes. */
const LEAST_LEFT_MS = 16 * 60_000;
const CODES = { refused: 'ASSAY_ROLE_REFUSED', unreachable: 'ASSAY_ROLE_REFUSED' } as const;

/** Assumes roles by STS; each is kept until 16 minutes before it expires. */
export function assumedRoles({ now, client: config }: AssumedRolesOptions): AssumedRoles {
  const sessions = new Map<string, Session>();
  const asking = new Map<string, Promise<Session>>();
  const clients = new Map<string, STSClient>();

  const ownClient = async (region: string): Promise<STSClient> => {
    const { STSClient: Client } = await import('./sts-sdk.ts');
    const client = clients.get(region) ?? new Client({ requestHandler: REQUEST_LIMITS, ...config, region });
    clients.set(region, client);
    forgetBeyond(MOST_KEPT, clients);
    return client;
  };

  const clientFor = async ({ region, from }: RoleRequest): Promise<STSClient> => {
    if (!from) return ownClient(region);
    const { STSClient: Client } = await import('./sts-sdk.ts');
    return new Client({ requestHandler: REQUEST_LIMITS, ...config, region, credentials: await session(from) });
  };

  const ask = async (role: RoleRequest): Promise<Session> => {
    const { AssumeRoleCommand } = await import('./sts-sdk.ts');
    const { roleArn, externalId, cluster, from } = role;
    const client = await clientFor(role);
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: `assay-${cluster}`.slice(0, LONGEST_SESSION_NAME),
      DurationSeconds: SESSION_SECONDS,
      ...(externalId !== undefined && { ExternalId: externalId }),
      ...(!from && { Tags: [{ Key: CLUSTER_TAG, Value: cluster }] }),
    });
    const answer = await client.send(command).catch((error: unknown): never => {
      throw awsFailure(`cluster ${cluster}: role ${roleArn}`, error, CODES);
    });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
      throw new AssayError('ASSAY_ROLE_REFUSED', `cluster ${cluster}: role ${roleArn}: STS gave no credentials`);
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  };

  const session = async (role: RoleRequest): Promise<Session> => {
    const key = JSON.stringify(role);
    const kept = sessions.get(key);
    if (kept && kept.expiration.getTime() - now().getTime() > LEAST_LEFT_MS) return kept;
    const made = asking.get(key) ?? ask(role).finally(() => asking.delete(key));
    asking.set(key, made);
    sessions.set(key, await made);
    forgetBeyond(MOST_KEPT, sessions);
    return made;
  };

  return {
    async own(region) {
      const client = await ownClient(region);
      try {
        return plain(await client.config.credentials());
      } catch (error) {
        throw awsFailure('credentials of this process', error, CODES);
      }
    },
    assume: async (role) => plain(await session(role)),
  };
}

/** A thousand clusters have a role each, or two; and metrics may name roles and regions of their own. */
const MOST_KEPT = 3000;

/** What a policy can ask for as `aws:PrincipalTag/assay-cluster`. */
const CLUSTER_TAG = 'assay-cluster';
const LONGEST_SESSION_NAME = 64;

function plain({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): AwsCredentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
