import type { HostPort } from '../model/host-port.ts';
import type { Log } from '../model/ports.ts';
import { jsonAnswer } from '../web/routes.ts';
import { openServer } from '../web/server.ts';
import type { AdmissionAnswer } from './admission.ts';
import type { CertificateFiles } from './certificate.ts';

export interface AdmissionServer {
  readonly port: number;
  /** From the next connection on. @throws where certificate and key, or the clients' authority, do not fit */
  useCertificate(files: CertificateFiles): void;
  /** Takes no more connections; resolves when what is under way has been answered. */
  close(): Promise<void>;
}

export interface AdmissionServerOptions {
  readonly address: HostPort;
  readonly certificate: CertificateFiles;
  /** The authority of API servers' certificates, PEM; undefined: they show none. */
  readonly clientCa?: (() => string) | undefined;
  /** Answers the body of a review, or its beginning where it is longer than is read. Must not throw, nor take long. */
  readonly answer: (body: string) => AdmissionAnswer;
  readonly log: Log;
}

/** API servers take objects of 3 MiB at most, and etcd keeps half of that: an object, and what it was before. */
const LONGEST_BODY = 4 * 1024 * 1024;
/**
 * What the process may have under way leaves it well below the 128 MiB of its container, whoever connects. API servers
 * wait for 2 s, and keep idle connections for 90 s: they must be the ones to close, or a request could meet a closed one.
 */
const LIMITS = { bodyBytes: 16 * 1024 * 1024, connections: 256, requestMs: 3000, keepAliveMs: 120_000 };

/**
 * Serves admission reviews over TLS, whatever the path. A review that is too long, or comes while too much is under way,
 * is answered all the same, by what its beginning says: an error would make API servers wait and write a line of their
 * log for what `failurePolicy: Ignore` lets through anyway.
 *
 * @throws AssayError ASSAY_LISTEN_FAILED
 */
export async function openAdmissionServer(options: AdmissionServerOptions): Promise<AdmissionServer> {
  const { address, clientCa, log } = options;
  let files = options.certificate;
  const answerTo = (body: string) => jsonAnswer(200, options.answer(body));
  const server = await openServer({
    address,
    log,
    limits: LIMITS,
    tls: { certificate: () => ({ cert: files.certificate, key: files.key }), clientCa },
    routes: [
      {
        method: 'POST',
        path: '*',
        longestBody: LONGEST_BODY,
        onCutBody: answerTo,
        answer: ({ body }) => answerTo(body),
      },
    ],
  });
  return {
    port: server.port,
    useCertificate(next) {
      files = next;
      server.renew();
    },
    close: () => server.close(),
  };
}
