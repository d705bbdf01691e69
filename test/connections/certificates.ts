import { webcrypto } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const VALID = { notBefore: new Date('2020-01-01'), notAfter: new Date('2120-01-01'), signingAlgorithm: ALGORITHM };

/** PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/** An authority made for one test. */
export interface TestAuthority {
  /** PEM. */
  readonly ca: string;
  issue(name: string, validity?: { readonly notAfter: Date }): Promise<Issued>;
}

export async function makeAuthority(): Promise<TestAuthority> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const keys = await makeKeys();
  const extensions = [new x509.BasicConstraintsExtension(true, 0, true)];
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...VALID,
    name: 'CN=authority',
    keys,
    extensions,
  });
  return {
    ca: authority.toString('pem'),
    async issue(name, validity) {
      const own = await makeKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        ...VALID,
        ...validity,
        subject: `CN=${name}`,
        issuer: authority.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
      });
      const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
      return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
    },
  };
}

async function makeKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
