import { readFileSync } from 'node:fs';
import { AssayError } from '../model/errors.ts';
import {
  addressSetting,
  countSetting,
  type Environment,
  flagSetting,
  optionalSetting,
  readSettingsOf,
  type SettingsOf,
  textSetting,
} from '../model/settings.ts';

/** Every setting of the webhook. */
const SETTINGS = {
  /** The name of this cluster, as Assay calls it. */
  cluster: textSetting('ASSAY_CLUSTER', 'the name of this cluster'),
  busArn: optionalSetting('ASSAY_BUS_ARN', 'the ARN of the event bus where changes go'),
  busUrl: optionalSetting('ASSAY_BUS_URL', 'the address of `assay serve --listen` where changes go'),
  busTokenFile: textSetting('ASSAY_BUS_TOKEN_FILE', 'the token for it', '/var/run/secrets/assay-bus/token'),
  denyInvalid: flagSetting('ASSAY_DENY_INVALID', 'whether what has errors is denied'),
  listen: addressSetting('ASSAY_LISTEN', 'where reviews are answered', ':8443'),
  pages: addressSetting('ASSAY_PAGES', 'where the pages are', ':8080'),
  namespace: textSetting('ASSAY_NAMESPACE', 'where the webhook runs', 'assay-system'),
  service: textSetting('ASSAY_SERVICE', 'its Service', 'assay-webhook'),
  tlsSecret: textSetting('ASSAY_TLS_SECRET', 'the Secret of its certificate', 'assay-webhook-tls'),
  /** What API servers call the webhook by. */
  tlsHosts: optionalSetting('ASSAY_TLS_HOSTS', 'the names in its certificate'),
  /** With it only who shows a certificate of this authority is answered. */
  clientCaFile: optionalSetting('ASSAY_CLIENT_CA_FILE', 'the authority of the certificates that API servers show, PEM'),
  configuration: textSetting('ASSAY_WEBHOOK_CONFIGURATION', 'what tells API servers of it', 'assay-webhook'),
  /** Between two looks at the certificate. */
  certificateLookSeconds: countSetting('ASSAY_CERTIFICATE_LOOK_SECONDS', 'the pause between two looks', 60),
  serviceAccountFolder: textSetting(
    'ASSAY_SERVICE_ACCOUNT_FOLDER',
    'where its credentials are',
    '/var/run/secrets/kubernetes.io/serviceaccount',
  ),
  /** Events kept at most while the bus is away. */
  bufferedEvents: countSetting('ASSAY_BUFFERED_EVENTS', 'how many events are kept at most', 2000),
  /** Between the signal to stop and the end of listening: until then API servers may not have heard of it. */
  shutdownDelayMs: countSetting('ASSAY_SHUTDOWN_DELAY_MS', 'how long it answers on', 3000),
};

/** What the environment says. */
export interface WebhookSettings extends Omit<
  SettingsOf<typeof SETTINGS>,
  'busArn' | 'busUrl' | 'busTokenFile' | 'service' | 'tlsHosts' | 'clientCaFile'
> {
  /** Where events go; undefined: nowhere. */
  readonly busAddress: string | undefined;
  /** Reads the token for it from its file. */
  readonly busToken: () => string;
  readonly tlsHosts: readonly string[];
  /** Reads the authority of API servers' certificates; undefined: none is asked for. */
  readonly clientCa: (() => string) | undefined;
}

/** @throws AssayError ASSAY_SETTING_INVALID, which names every setting that is wrong */
export function readSettings(environment: Environment): WebhookSettings {
  const { busArn, busUrl, busTokenFile, service, tlsHosts, clientCaFile, ...settings } = readSettingsOf(
    SETTINGS,
    environment,
  );
  if (busArn !== undefined && busUrl !== undefined) {
    throw new AssayError('ASSAY_SETTING_INVALID', 'one of ASSAY_BUS_ARN and ASSAY_BUS_URL says where events go');
  }
  const host = `${service}.${settings.namespace}.svc`;
  const token = reader('ASSAY_BUS_TOKEN_FILE', busTokenFile);
  const clientCa = clientCaFile === undefined ? undefined : reader('ASSAY_CLIENT_CA_FILE', clientCaFile);
  // A wrong path would be noticed only with the first certificate, and be tried again for ever.
  clientCa?.();
  return {
    ...settings,
    busAddress: busArn ?? busUrl,
    busToken: () => token().trim(),
    tlsHosts: tlsHosts?.split(',') ?? [host, `${host}.cluster.local`],
    clientCa,
  };
}

function reader(name: string, path: string): () => string {
  return () => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new AssayError('ASSAY_SETTING_INVALID', `${name}: ${path} cannot be read (${code})`);
    }
  };
}
