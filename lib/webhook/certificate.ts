import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate, its key, and the authorities that it may be checked against. All PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  /** Secret: never to be logged. */
  readonly key: string;
  /** The authority of the certificate, and behind it that of the one before, which other replicas may still show. */
  readonly authorities: string;
}

/** A third of it is left when it is renewed. */
export const LIFETIME_MS = 90 * 24 * 3600 * 1000;
/** Clocks differ. */
const BACKDATED_MS = 3600 * 1000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Makes an authority and a certificate of it for `hosts` (names and addresses). The authority's key is forgotten at
 * once: nothing else will ever be signed by it, and a renewal makes another.
 *
 * @param previous  what is being replaced; its authority is kept until it has expired
 */
export async function makeCertificate(
  hosts: readonly string[],
  now: Date,
  previous?: CertificateFiles,
): Promise<CertificateFiles> {
  const { x509, crypto } = await loadX509();
  const [authorityKeys, keys] = [await makeKeys(crypto), await makeKeys(crypto)];
  const validity = {
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter: new Date(now.getTime() + LIFETIME_MS),
    signingAlgorithm: ALGORITHM,
  };
  const { KeyUsageFlags } = x509;
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: `CN=assay-webhook-authority-${now.getTime()}`,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: 'CN=assay-webhook',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const kept = previous ? authoritiesOf(previous).filter((each) => new Date(each.validTo) > now) : [];
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: pem(certificate.toString('pem')),
    key: pem(x509.PemConverter.encode(key, 'PRIVATE KEY')),
    authorities: [authority.toString('pem'), ...kept.slice(0, 1).map(String)].map(pem).join(''),
  };
}

/**
 * How it stands with a certificate: `good`, `due` for renewal, or `unusable` for these hosts (expired, foreign,
 * broken).
 */
export function judgeCertificate(files: CertificateFiles, hosts: readonly string[], now: Date): CertificateState {
  try {
    const certificate = new X509Certificate(files.certificate);
    const [authority] = authoritiesOf(files);
    const fits =
      hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host))) &&
      certificate.checkPrivateKey(createPrivateKey(files.key)) &&
      authority !== undefined &&
      certificate.checkIssued(authority) &&
      certificate.verify(authority.publicKey);
    const [fromMs, toMs] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    if (!fits || now.getTime() < fromMs || now.getTime() >= toMs) return 'unusable';
    return toMs - now.getTime() < (toMs - fromMs) / 3 ? 'due' : 'good';
  } catch {
    return 'unusable';
  }
}
export type CertificateState = 'good' | 'due' | 'unusable';

function authoritiesOf({ authorities }: CertificateFiles): X509Certificate[] {
  const blocks = authorities.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

async function makeKeys(crypto: webcrypto.Crypto): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function pem(text: string): string {
  return `${text.trimEnd()}\n`;
}

/** Takes 10 MB, and is needed once in two months by one of the replicas. */
async function loadX509() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  return { x509, crypto: webcrypto };
}
