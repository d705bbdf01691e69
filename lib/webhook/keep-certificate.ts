import type { Log } from '../model/ports.ts';
import { type CertificateFiles, judgeCertificate, makeCertificate } from './certificate.ts';

/** Where the replicas share a certificate, and where API servers learn to trust it. */
export interface CertificateStore {
  read(): Promise<StoredCertificate | undefined>;
  /** Writes if nobody did since `version`; without one, if there is nothing. False: somebody else was first. */
  write(files: CertificateFiles, version: string | undefined): Promise<boolean>;
  /** Makes API servers trust `authorities` (PEM). Whether anything had to change. */
  trust(authorities: string): Promise<boolean>;
}

export interface StoredCertificate {
  readonly files: CertificateFiles;
  readonly version: string;
  /** Whether it goes when what tells API servers of the webhook does; whoever writes it sees to that. */
  readonly goesAlong: boolean;
}

export interface KeepCertificateOptions {
  readonly store: CertificateStore;
  /** What API servers call the webhook by. */
  readonly hosts: readonly string[];
  /** Called with the first certificate, and with each that replaces it. */
  readonly use: (files: CertificateFiles) => Promise<void>;
  /** Between two looks; short enough that what somebody else changed, or deleted, costs little. */
  readonly lookMs: number;
  readonly log: Log;
  readonly now: () => Date;
  /** In [0, 1); replicas look at different times. */
  readonly random?: () => number;
}

export interface KeptCertificate {
  stop(): void;
}

const RETRY_MS = 2000;
/** API servers hear of what to trust through a watch; until then they should be shown what they trust already. */
const SETTLE_MS = 5000;

/**
 * Keeps a certificate in use: one that is stored and good, or else a new one, stored for all replicas. Looks again
 * for as long as the process lives; what fails is tried again.
 */
export function keepCertificate(options: KeepCertificateOptions): KeptCertificate {
  const { store, use, log, lookMs, random = Math.random } = options;
  let inUse: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const lookAgainIn = (ms: number): void => {
    if (!isStopped) timer = setTimeout(() => void look(), ms * (0.9 + random() / 5));
  };

  async function look(): Promise<void> {
    try {
      const files = await findOrMake(options);
      const isNewlyTrusted = await store.trust(files.authorities);
      if (isStopped) return;
      if (isNewlyTrusted && inUse !== undefined && inUse !== files.certificate) {
        lookAgainIn(Math.min(SETTLE_MS, lookMs));
        return;
      }
      if (inUse !== files.certificate) {
        await use(files);
        inUse = files.certificate;
        log.info('certificate in use', {});
      }
      lookAgainIn(lookMs);
    } catch (error) {
      log.warn('certificate not looked after', { error: error instanceof Error ? error.message : String(error) });
      lookAgainIn(inUse === undefined ? RETRY_MS : lookMs);
    }
  }

  void look();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Whoever stores first has made the certificate of all. */
async function findOrMake({ store, hosts, now, log }: KeepCertificateOptions): Promise<CertificateFiles> {
  const stored = await store.read();
  const state = stored && judgeCertificate(stored.files, hosts, now());
  if (stored && state === 'good') {
    if (!stored.goesAlong) await store.write(stored.files, stored.version);
    return stored.files;
  }
  const made = await makeCertificate(hosts, now(), stored?.files);
  if (await store.write(made, stored?.version)) {
    log.info('certificate made', { before: state ?? 'none' });
    return made;
  }
  const others = await store.read();
  if (others && judgeCertificate(others.files, hosts, now()) === 'good') return others.files;
  throw new Error('somebody else wrote the certificate, and it is no good');
}
