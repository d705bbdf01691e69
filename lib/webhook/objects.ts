import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import type { KubernetesObject, Secret } from '../model/kubernetes.ts';
import { failureOf } from '../clusters/api/failure.ts';
import { collectionPath, objectPath } from '../clusters/api/path.ts';
import type { ServiceAccount } from '../clusters/access/service-account.ts';

export interface WebhookObjectsOptions {
  readonly account: ServiceAccount;
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  readonly namespace: string;
  readonly secretName: string;
  readonly configurationName: string;
}

/** Files by name, as the Secret of a certificate has them. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** The two objects that the webhook looks after in its own cluster. Failures are those of the port `Cluster`. */
export interface WebhookObjects {
  read(): Promise<{ readonly files: TlsFiles; readonly version: string; readonly goesAlong: boolean } | undefined>;
  /** The Secret, which is then deleted with the configuration. False: somebody else wrote first. */
  write(files: TlsFiles, version: string | undefined): Promise<boolean>;
  /** Puts the authorities into every webhook of the configuration; false where they are there already. */
  trust(authorities: string): Promise<boolean>;
}

export function webhookObjects(options: WebhookObjectsOptions): WebhookObjects {
  const { namespace, secretName, configurationName } = options;
  const secretPath = objectPath('Secret', { namespace, name: secretName });
  const configurationPath = `${CONFIGURATIONS}/${encodeURIComponent(configurationName)}`;

  const findConfiguration = () => readIfThere<WebhookConfiguration>(configurationPath, options);
  const readConfiguration = async (): Promise<WebhookConfiguration> => {
    const configuration = await findConfiguration();
    if (configuration) return configuration;
    throw new AssayError('ASSAY_CLUSTER_NOT_FOUND', `there is no ValidatingWebhookConfiguration ${configurationName}`);
  };

  return {
    async read() {
      const secret = await readIfThere<Secret>(secretPath, options);
      if (!secret) return undefined;
      const { resourceVersion = '', ownerReferences = [] } = secret.metadata;
      const configuration = await findConfiguration();
      const goesAlong = !configuration || ownerReferences.some(({ uid }) => uid === configuration.metadata.uid);
      return { files: filesOf(secret), version: resourceVersion, goesAlong };
    },

    async write(files, version) {
      const { uid = '' } = (await readConfiguration()).metadata;
      const secret = secretOf(files, {
        name: secretName,
        namespace,
        ...(version && { resourceVersion: version }),
        ownerReferences: [{ ...CONFIGURATION, name: configurationName, uid }],
      });
      const body = JSON.stringify(secret);
      return version === undefined
        ? written({ method: 'POST', url: collectionPath('Secret', namespace), body }, options)
        : written({ method: 'PUT', url: secretPath, body }, options);
    },

    async trust(authorities) {
      const configuration = await readConfiguration();
      const caBundle = encode(authorities);
      const { webhooks = [] } = configuration;
      if (webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return false;
      const trusting = webhooks.map((each) => ({ ...each, clientConfig: { ...each.clientConfig, caBundle } }));
      const body = JSON.stringify({ ...configuration, webhooks: trusting });
      // Whoever wrote first may have written the same: the next look tells.
      if (await written({ method: 'PUT', url: configurationPath, body }, options)) return true;
      throw new AssayError('ASSAY_CLUSTER_CONFLICT', `somebody else changed ${configurationName}`, { retry: true });
    },
  };
}

const CONFIGURATION = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
} as const;
const CONFIGURATIONS = `/apis/${CONFIGURATION.apiVersion}/validatingwebhookconfigurations`;

interface WebhookConfiguration extends KubernetesObject {
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

function filesOf({ data = {} }: Secret): TlsFiles {
  const decode = (name: string): string => Buffer.from(data[name] ?? '', 'base64').toString('utf8');
  return { certificate: decode('tls.crt'), key: decode('tls.key'), authorities: decode('ca.crt') };
}

function secretOf({ certificate, key, authorities }: TlsFiles, metadata: Secret['metadata']): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, labels: { 'app.kubernetes.io/name': 'assay-webhook' } },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encode(certificate), 'tls.key': encode(key), 'ca.crt': encode(authorities) },
  };
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

async function readIfThere<T>(path: string, options: WebhookObjectsOptions): Promise<T | undefined> {
  const answer = await ask({ url: path }, options);
  if (answer.status === 404) return undefined;
  if (answer.status >= 300) throw failureOf('own', answer);
  return JSON.parse(answer.body) as T;
}

/** False for a conflict. */
async function written(request: HttpRequest, options: WebhookObjectsOptions): Promise<boolean> {
  const answer = await ask(request, options);
  if (answer.status === 409) return false;
  if (answer.status >= 300) throw failureOf('own', answer);
  return true;
}

function ask(request: HttpRequest, { account, http }: WebhookObjectsOptions): Promise<HttpResponse> {
  const { server, token } = account;
  return http({
    ...request,
    url: server + request.url,
    headers: [
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
      ['authorization', `Bearer ${token()}`],
    ],
    timeoutMs: 10_000,
  });
}
