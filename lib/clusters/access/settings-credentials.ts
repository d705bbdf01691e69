import { type AuthenticationMethod, type ClusterSettings, methodOf } from '../../model/cluster-settings.ts';
import { AssayError } from '../../model/errors.ts';
import type { AwsCredentials } from '../../model/provider.ts';
import type { Secrets } from '../../model/cluster-documents.ts';
import { type Access, type Credentials, rotatingCredentials } from './credentials.ts';
import { eksCredentials } from './eks.ts';
import { readJsonSecret, readSecret, unreadable } from './secret-reference.ts';
import { readStaticKubeconfig } from './static-kubeconfig.ts';

export interface SettingsCredentialsOptions {
  readonly secrets: Secrets;
  /** For EKS: of the role that the settings name, or Assay's own where they name none. */
  readonly awsCredentials: () => Promise<AwsCredentials>;
  readonly now: () => Date;
}

type StaticMethod = Exclude<AuthenticationMethod, 'eks'>;

const HOUR_MS = 60 * 60_000;
/**
 * A secret that was replaced is noticed at the first 401; an hour is for what only a TLS handshake would refuse, which
 * tokens have nothing of. Each environment of a function reads the secrets of all the clusters that it meets, and each read
 * is paid for.
 */
export const MAX_AGE_MS: Readonly<Record<StaticMethod, number>> = {
  token: 24 * HOUR_MS,
  clientCertificate: HOUR_MS,
  kubeconfig: HOUR_MS,
};
/** A secret that is wrong is not read again for every request that it fails. */
const LEAST_BETWEEN_READS_MS = 10_000;

/**
 * The way into a cluster that its settings name. Secrets are read when they are first needed, when they are old (an hour;
 * a day, where it is a token), and (at most every 10 s) when the server refuses them.
 *
 * @throws AssayError, from `access`: ASSAY_SECRET_UNREADABLE, ASSAY_KUBECONFIG_INVALID, ASSAY_ROLE_REFUSED
 */
export function settingsCredentials(settings: ClusterSettings, options: SettingsCredentialsOptions): Credentials {
  const { now, secrets, awsCredentials } = options;
  const { eks } = settings.authentication;
  const method = methodOf(settings.authentication);
  if (eks) return eksCredentials({ cluster: eks, ...endOf(settings), awsCredentials, now });
  if (method === 'eks') throw new RangeError('EKS has no secret');

  const nowMs = (): number => now().getTime();
  let last: { readonly access: Access; readonly readMs: number } | undefined;
  const load = async (): Promise<Access> => {
    if (last && nowMs() - last.readMs < LEAST_BETWEEN_READS_MS) return last.access;
    const access = await readAccess(settings, secrets);
    last = { access, readMs: nowMs() };
    return access;
  };
  return rotatingCredentials(load, { maxAgeMs: MAX_AGE_MS[method], nowMs });
}

const READERS: Readonly<
  Record<StaticMethod, (secret: string, name: string, settings: ClusterSettings) => Access | Promise<Access>>
> = {
  token: (token, name, settings) => {
    // What would break the header would also be printed with the error.
    if (/\s/.test(token)) throw unreadable(`secret ${name} is no token: it holds spaces`);
    return accessTo(settings, {}, { authorization: `Bearer ${token}` });
  },
  clientCertificate: (secret, name, settings) => {
    const { cert, key } = readJsonSecret(secret, name);
    if (!isPem(cert) || !isPem(key)) throw unreadable(`secret ${name}: cert and key must be PEM`);
    return accessTo(settings, { cert, key }, {});
  },
  kubeconfig: async (text, name, { authentication, endpoint, ca }) => {
    const { access } = await readStaticKubeconfig(text, authentication.kubeconfig?.context, `secret ${name}`);
    return {
      ...access,
      server: endpoint === undefined ? access.server : plainServer(endpoint),
      tls: { ...access.tls, ...(ca !== undefined && { ca: readPem(ca) }) },
    };
  },
};

async function readAccess(settings: ClusterSettings, secrets: Secrets): Promise<Access> {
  const method = methodOf(settings.authentication);
  const reference = method === 'eks' ? undefined : settings.authentication[method]?.secret;
  if (method === 'eks' || reference === undefined) throw new RangeError('EKS has no secret');
  return READERS[method](await readSecret(reference, secrets), reference, settings);
}

function accessTo(settings: ClusterSettings, keys: Access['tls'], headers: Access['headers']): Access {
  const { server, ca } = endOf(settings);
  return { server, tls: { ...(ca !== undefined && { ca }), ...keys }, headers };
}

function endOf({ endpoint, ca }: ClusterSettings): { readonly server: string; readonly ca?: string } {
  if (endpoint === undefined) throw new AssayError('ASSAY_CLUSTER_SETTINGS_INVALID', 'endpoint: required, but missing');
  return { server: plainServer(endpoint), ...(ca !== undefined && { ca: readPem(ca) }) };
}

function plainServer(endpoint: string): string {
  return endpoint.replace(/\/+$/, '');
}

/** Settings have PEM, or base64 of it, as kubeconfigs and EKS give it. */
function readPem(ca: string): string {
  return ca.includes('-----BEGIN ') ? ca : Buffer.from(ca, 'base64').toString('utf8');
}

function isPem(value: unknown): value is string {
  return typeof value === 'string' && value.includes('-----BEGIN ');
}
