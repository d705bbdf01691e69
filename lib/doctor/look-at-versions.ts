import type { X509Certificate } from 'node:crypto';
import type { Access } from '../clusters/access/credentials.ts';
import type { Inspection } from '../clusters/api/inspect.ts';
import { AssayError } from '../model/errors.ts';
import { isObject } from '../model/is-object.ts';
import { RESOURCES } from '../model/resources.ts';
import { certificatesIn, WEBHOOK_NAME } from './check-webhook.ts';

/** Which version something is of, as far as that can be told. */
export type FoundVersion =
  | { readonly state: 'known'; readonly version: string }
  /** It does not say: it is older than the label, or comes from somebody else. */
  | { readonly state: 'unlabelled' }
  | { readonly state: 'absent' }
  /** This identity may not look. */
  | { readonly state: 'denied' };

export interface Versions {
  readonly crds: FoundVersion;
  readonly webhook: FoundVersion;
  /** When the last authority of the webhook ends that the API server trusts. */
  readonly webhookTrustEnds: Date | undefined;
}

const NAMESPACE = 'assay-system';

/** What a cluster has installed: the CRD of AnalysisRuns stands for all. */
export async function lookAtVersions(inspection: Inspection): Promise<Versions> {
  const { plural, apiVersion } = RESOURCES.AnalysisRun;
  const [definition, deployment, configuration] = await Promise.all([
    unlessDenied(inspection.definition(`${plural}.${apiVersion.split('/')[0]}`)),
    unlessDenied(inspection.deployment(NAMESPACE, WEBHOOK_NAME)),
    unlessDenied(inspection.webhookConfiguration(WEBHOOK_NAME)),
  ]);
  const webhooks = configuration === 'denied' ? [] : (configuration?.webhooks ?? []);
  const ends = webhooks.flatMap(({ caBundle }) => latest(certificatesIn(caBundle).map(endOf)));
  return {
    crds: versionOf(definition),
    webhook: versionOf(deployment === 'denied' ? 'denied' : deployment && withImage(deployment)),
    webhookTrustEnds: earliest(ends),
  };
}

/** When the credentials end: the client certificate, or a token that says so. Undefined: never, as far as can be told. */
export function accessEnds({ tls, headers }: Pick<Access, 'tls' | 'headers'>): Date | undefined {
  const ends: Date[] = [];
  if (tls.cert !== undefined) {
    const certificates = certificatesIn(Buffer.from(tls.cert, 'utf8').toString('base64'));
    ends.push(...certificates.slice(0, 1).map(endOf));
  }
  const tokenEnds = expiryOf(headers['authorization']?.replace('Bearer ', '') ?? '');
  return earliest(tokenEnds ? [...ends, tokenEnds] : ends);
}

/** @source `exp` of RFC 7519, in seconds since 1970 */
function expiryOf(token: string): Date | undefined {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const seconds = isObject(claims) ? claims['exp'] : undefined;
    return typeof seconds === 'number' && Number.isFinite(seconds) ? new Date(seconds * 1000) : undefined;
  } catch {
    return undefined;
  }
}

async function unlessDenied<T>(looking: Promise<T>): Promise<T | 'denied'> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_DENIED') return 'denied';
    throw error;
  }
}

function versionOf(found: { readonly version: string | undefined } | 'denied' | undefined): FoundVersion {
  if (found === 'denied') return { state: 'denied' };
  if (!found) return { state: 'absent' };
  return found.version === undefined ? { state: 'unlabelled' } : { state: 'known', version: found.version };
}

/** Where no label says it, the tag of the image does: `registry.example.com/assay-webhook:0.1.0`. */
function withImage({ version, image = '' }: { version: string | undefined; image: string | undefined }) {
  return { version: version ?? /:([\w][\w.-]*)(?:@.*)?$/.exec(image.split('/').at(-1) ?? '')?.[1] };
}

function endOf({ validTo }: X509Certificate): Date {
  return new Date(validTo);
}

function earliest(dates: readonly Date[]): Date | undefined {
  return dates.toSorted((left, right) => left.getTime() - right.getTime())[0];
}

function latest(dates: readonly Date[]): readonly Date[] {
  const [last] = dates.toSorted((left, right) => right.getTime() - left.getTime());
  return last ? [last] : [];
}
