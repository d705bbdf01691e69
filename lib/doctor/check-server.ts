import type { Access } from '../clusters/access/credentials.ts';
import type { Identity, Inspection, Reach } from '../clusters/api/inspect.ts';
import { AssayError } from '../model/errors.ts';
import { type CheckResult, messageOf } from './check-result.ts';

const TRUST = 'Give the authority that signed the certificate of the server: `ca` in the settings of the cluster.';

/** Whether the server answers, over TLS that is trusted; and what it said, if it did. */
export async function checkServer(
  inspection: Inspection,
  access: () => Pick<Access, 'server' | 'tls'> | Promise<Pick<Access, 'server' | 'tls'>>,
): Promise<{ readonly result: CheckResult; readonly reach?: Reach }> {
  try {
    const reach = await inspection.reach();
    const about = { area: 'server', subject: 'API server' } as const;
    const answers = `answers${reach.version === undefined ? '' : ` as ${reach.version}`}`;
    const { server, tls } = await access();
    const isVerified = server.startsWith('https:') && tls.rejectUnauthorized !== false;
    if (isVerified)
      return { reach, result: { ...about, status: 'ok', message: `${answers}, over TLS that is trusted` } };
    const message = `${answers}, but nobody verifies that it is who it says: others could listen`;
    return { reach, result: { ...about, status: 'warn', message, mend: TRUST } };
  } catch (error) {
    const message = messageOf(error);
    if (error instanceof AssayError && !AWAY.has(error.code)) {
      return { result: { area: 'identity', subject: 'credentials', status: 'fail', message, mend: error.hint } };
    }
    const mend =
      MENDS.find(([pattern]) => pattern.test(message))?.[1] ??
      'Check the address of the API server, and the network path to it.';
    return { result: { area: 'server', subject: 'API server', status: 'fail', message, mend } };
  }
}

/** The server itself, not who asks it. */
const AWAY: ReadonlySet<string> = new Set(['ASSAY_CLUSTER_UNREACHABLE', 'ASSAY_CLUSTER_FAILED']);

/** By the code in brackets at the end of the message. */
const MENDS: readonly (readonly [pattern: RegExp, mend: string])[] = [
  [/SELF_SIGNED|UNABLE_TO_|DEPTH_ZERO/, TRUST],
  [/CERT_HAS_EXPIRED/, 'Renew the certificate of the API server.'],
  [/ALTNAME/, 'Give an endpoint by a name that the certificate has, or a kubeconfig with tls-server-name.'],
  [/ENOTFOUND|EAI_AGAIN/, 'The name of the endpoint is unknown here: mend it, or the resolver.'],
  [/ECONNREFUSED/, 'Nothing listens there: check the port of the endpoint, and that the API server is up.'],
  [
    /TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    'Nobody answers: open the network path (security groups, the allow list of a public endpoint, a VPC for the functions).',
  ],
];

/** Whether the server knows the credentials, and whose they are. */
export async function checkIdentity(
  inspection: Inspection,
): Promise<{ readonly result: CheckResult; readonly identity?: Identity }> {
  const about = { area: 'identity', subject: 'credentials' } as const;
  try {
    const identity = await inspection.whoAmI();
    if (identity && identity.username !== ANONYMOUS) {
      return { identity, result: { ...about, status: 'ok', message: `are those of ${identity.username}` } };
    }
    if (identity) return { result: { ...about, status: 'fail', message: 'are nobody’s', mend: RENEW } };
    return { result: { ...about, status: 'ok', message: 'are taken (the server is too old to say whose they are)' } };
  } catch (error) {
    return { result: { ...about, status: 'fail', message: messageOf(error), mend: RENEW } };
  }
}

const ANONYMOUS = 'system:anonymous';
const RENEW =
  'Renew the token or the certificate in the secret; for EKS, give the role an access entry of the cluster (`aws eks create-access-entry`).';

/** Beyond this, times in statuses look odd; beyond the other, waits and limits are wrong, and EKS refuses tokens. */
const ODD_MS = 5000;
const WRONG_MS = 60_000;

/** How far the two clocks are apart. @param between  when the question went out, and when the answer was there */
export function checkClock(reach: Reach, between: readonly [number, number]): CheckResult {
  const about = { area: 'clock', subject: 'clock' } as const;
  const skewMs = clockSkewMs(reach, between);
  if (skewMs === undefined) return { ...about, status: 'warn', message: 'the server does not tell its time' };
  const apartMs = Math.abs(skewMs);
  const seconds = (apartMs / 1000).toFixed(1);
  if (apartMs <= ODD_MS)
    return { ...about, status: 'ok', message: `agrees with the clock here within ${ODD_MS / 1000} s` };
  return {
    ...about,
    status: apartMs > WRONG_MS ? 'fail' : 'warn',
    message: `of the server is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the clock here`,
    mend: 'Synchronize the clocks (chrony, systemd-timesyncd) of the control plane and of this machine; functions on AWS are in time.',
  };
}

/**
 * How far the clock of a server is ahead of the one here, at the least; negative: behind. Undefined: it does not tell.
 *
 * @param betweenMs  when the question went out, and when the answer was there; the server's clock shows whole seconds
 */
export function clockSkewMs({ dateMs }: Reach, [sentMs, receivedMs]: readonly [number, number]): number | undefined {
  if (dateMs === undefined) return undefined;
  const behindMs = Math.max(0, sentMs - (dateMs + 999));
  const aheadMs = Math.max(0, dateMs - receivedMs);
  return aheadMs > 0 ? aheadMs : 0 - behindMs;
}
