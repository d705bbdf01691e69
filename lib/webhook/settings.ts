import { readFileSync } from 'node:fs';
import { AssayError } from '../model/errors.ts';

/** What the environment says. */
export interface WebhookSettings {
  /** The name of this cluster, as Assay calls it. */
  readonly cluster: string;
  readonly busArn: string | undefined;
  readonly busUrl: string | undefined;
  /** Reads the token for `busUrl` from its file. */
  readonly busToken: () => string;
  readonly denyInvalid: boolean;
  readonly listen: Address;
  readonly pages: Address;
  readonly namespace: string;
  readonly tlsSecret: string;
  /** What API servers call the webhook by. */
  readonly tlsHosts: readonly string[];
  readonly configuration: string;
  /** Between two looks at the certificate. */
  readonly certificateLookSeconds: number;
  readonly serviceAccountFolder: string;
  /** Events kept at most while the bus is away. */
  readonly bufferedEvents: number;
  /** Between the signal to stop and the end of listening: until then API servers may not have heard of it. */
  readonly shutdownDelayMs: number;
}

export interface Address {
  readonly host?: string;
  readonly port: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** One row a setting, with its default. @throws AssayError ASSAY_SETTING_INVALID */
export function readSettings(environment: Environment): WebhookSettings {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const namespace = text('ASSAY_NAMESPACE') ?? 'assay-system';
  const service = `${text('ASSAY_SERVICE') ?? 'assay-webhook'}.${namespace}.svc`;
  return {
    cluster: text('ASSAY_CLUSTER') ?? missing('ASSAY_CLUSTER', 'the name of this cluster'),
    busArn: text('ASSAY_BUS_ARN'),
    busUrl: text('ASSAY_BUS_URL'),
    busToken: tokenReader(text('ASSAY_BUS_TOKEN_FILE') ?? '/var/run/secrets/assay-bus/token'),
    denyInvalid: readFlag('ASSAY_DENY_INVALID', text('ASSAY_DENY_INVALID')),
    listen: readAddress('ASSAY_LISTEN', text('ASSAY_LISTEN') ?? ':8443'),
    pages: readAddress('ASSAY_PAGES', text('ASSAY_PAGES') ?? ':8080'),
    namespace,
    tlsSecret: text('ASSAY_TLS_SECRET') ?? 'assay-webhook-tls',
    tlsHosts: text('ASSAY_TLS_HOSTS')?.split(',') ?? [service, `${service}.cluster.local`],
    configuration: text('ASSAY_WEBHOOK_CONFIGURATION') ?? 'assay-webhook',
    certificateLookSeconds: readCount('ASSAY_CERTIFICATE_LOOK_SECONDS', text('ASSAY_CERTIFICATE_LOOK_SECONDS') ?? '60'),
    serviceAccountFolder: text('ASSAY_SERVICE_ACCOUNT_FOLDER') ?? '/var/run/secrets/kubernetes.io/serviceaccount',
    bufferedEvents: readCount('ASSAY_BUFFERED_EVENTS', text('ASSAY_BUFFERED_EVENTS') ?? '2000'),
    shutdownDelayMs: readCount('ASSAY_SHUTDOWN_DELAY_MS', text('ASSAY_SHUTDOWN_DELAY_MS') ?? '3000'),
  };
}

function tokenReader(path: string): () => string {
  return () => {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw invalid('ASSAY_BUS_TOKEN_FILE', `${path} cannot be read (${code})`);
    }
  };
}

function readFlag(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  return text === 'true' || invalidText(name, 'true or false', text);
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(count) ? count : invalidText(name, 'a whole number', text);
}

function readAddress(name: string, text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return invalidText(name, 'host:port or :port', text);
  const host = match[1] ?? match[2];
  return host ? { host, port } : { port };
}

function missing(name: string, meaning: string): never {
  throw invalid(name, `not set; it is ${meaning}`);
}

function invalidText(name: string, expected: string, text: string): never {
  throw invalid(name, `expected ${expected}, got ${JSON.stringify(text)}`);
}

function invalid(name: string, problem: string): AssayError {
  return new AssayError('ASSAY_SETTING_INVALID', `${name}: ${problem}`);
}
