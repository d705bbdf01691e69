import { isObject } from '../../model/is-object.ts';
import { failureOf } from './failure.ts';
import type { Connection, TextAnswer } from './connection.ts';

/** What may be asked of an API server about itself and about who asks; what it takes, every identity may do. */
export interface Inspection {
  /** An answer of any sort proves that the server is reached. */
  reach(): Promise<Reach>;
  /** Undefined: the server knows the credentials, but is too old (before 1.28) to say whose they are. */
  whoAmI(): Promise<Identity | undefined>;
  mayI(access: Access): Promise<boolean>;
  /** Names of resources and subresources (`jobs`, `jobs/status`); undefined where the group is unknown. */
  resources(groupVersion: string): Promise<ReadonlySet<string> | undefined>;
  /** The schemas of a group, by kind; undefined where they are not published. */
  schemas(groupVersion: string): Promise<ReadonlyMap<string, JsonSchema> | undefined>;
  /** @throws AssayError ASSAY_CLUSTER_DENIED to most identities */
  webhookConfiguration(name: string): Promise<WebhookConfiguration | undefined>;
  /** Of the first container of a Deployment; undefined where it is not there, or may not be looked at. */
  deployedImage(namespace: string, name: string): Promise<string | undefined>;
  /** Which version brought a CRD. @throws AssayError ASSAY_CLUSTER_DENIED to most identities */
  definition(name: string): Promise<Labelled | undefined>;
  /** Which version a Deployment is of. @throws AssayError ASSAY_CLUSTER_DENIED to most identities */
  deployment(namespace: string, name: string): Promise<(Labelled & { readonly image: string | undefined }) | undefined>;
}

/** What says of itself which version it is of, or does not. */
export interface Labelled {
  /** The label `app.kubernetes.io/version`. */
  readonly version: string | undefined;
}

export interface Reach {
  /** `v1.36.3`; undefined where the server does not tell. */
  readonly version: string | undefined;
  /** Of the server's clock, in whole seconds. */
  readonly dateMs: number | undefined;
}

export interface Identity {
  readonly username: string;
  readonly groups: readonly string[];
}

/** One verb on one resource. */
export interface Access {
  /** Empty for the core group. */
  readonly group: string;
  /** With its subresource: `services/proxy`. */
  readonly resource: string;
  readonly verb: string;
  /** Absent: in all namespaces. */
  readonly namespace?: string;
}

export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

export interface WebhookConfiguration {
  readonly webhooks: readonly { readonly name: string; readonly caBundle: string | undefined }[];
}

/**
 * Asks over `connection`. Failures are those of the port `Cluster`.
 *
 * @param name  of the cluster, for messages
 */
export function inspect(name: string, connection: Connection): Inspection {
  const ask = async (path: string, body?: object): Promise<TextAnswer> =>
    connection.exchange({
      path,
      ...(body && { method: 'POST' as const, body: JSON.stringify(body), contentType: 'application/json' }),
    });
  const read = (answer: TextAnswer): Fields => {
    if (answer.status >= 300) throw failureOf(name, answer);
    return fieldsOf(JSON.parse(answer.body));
  };
  const readIfThere = async (path: string): Promise<Fields | undefined> => {
    const answer = await ask(path);
    return answer.status === 404 ? undefined : read(answer);
  };

  return {
    async reach() {
      const { status, body, headers } = await ask('/version');
      const version = status < 300 ? fieldsOf(JSON.parse(body))['gitVersion'] : undefined;
      const dateMs = Date.parse(headers['date'] ?? '');
      return {
        version: typeof version === 'string' ? version : undefined,
        dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
      };
    },

    async whoAmI() {
      const answer = await ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      });
      if (answer.status === 404) return undefined;
      const { username, groups } = fieldsOf(fieldsOf(read(answer)['status'])['userInfo']);
      return { username: String(username), groups: Array.isArray(groups) ? groups.map(String) : [] };
    },

    async mayI({ group, resource, verb, namespace }) {
      const [plural, subresource] = resource.split('/');
      const resourceAttributes = { group, resource: plural, subresource, verb, namespace };
      const review = await ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      });
      return fieldsOf(read(review)['status'])['allowed'] === true;
    },

    async resources(groupVersion) {
      const list = await readIfThere(`/apis/${groupVersion}`);
      return list && new Set(objectsOf(list['resources']).map((resource) => String(resource['name'])));
    },

    async schemas(groupVersion) {
      const document = await readIfThere(`/openapi/v3/apis/${groupVersion}`);
      if (!document) return undefined;
      const all = Object.values(fieldsOf(fieldsOf(document['components'])['schemas'])).map(fieldsOf);
      return new Map(
        all.flatMap((schema) =>
          objectsOf(schema['x-kubernetes-group-version-kind']).map(({ kind }) => [String(kind), schema as JsonSchema]),
        ),
      );
    },

    async webhookConfiguration(configuration) {
      const found = await readIfThere(
        `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${encodeURIComponent(configuration)}`,
      );
      if (!found) return undefined;
      const webhooks = objectsOf(found['webhooks']).map((webhook) => {
        const { caBundle } = fieldsOf(webhook['clientConfig']);
        return { name: String(webhook['name']), caBundle: typeof caBundle === 'string' ? caBundle : undefined };
      });
      return { webhooks };
    },

    async deployedImage(namespace, deployment) {
      const answer = await ask(deploymentPath(namespace, deployment));
      return answer.status === 404 || answer.status === 403 ? undefined : imageOf(read(answer));
    },

    async definition(definition) {
      const found = await readIfThere(
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${encodeURIComponent(definition)}`,
      );
      return found && { version: versionOf(found) };
    },

    async deployment(namespace, deployment) {
      const found = await readIfThere(deploymentPath(namespace, deployment));
      return found && { version: versionOf(found), image: imageOf(found) };
    },
  };
}

function deploymentPath(namespace: string, name: string): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments/${encodeURIComponent(name)}`;
}

function versionOf(object: Fields): string | undefined {
  const version = fieldsOf(fieldsOf(object['metadata'])['labels'])['app.kubernetes.io/version'];
  return typeof version === 'string' ? version : undefined;
}

/** Of the first container. */
function imageOf(deployment: Fields): string | undefined {
  const { spec } = fieldsOf(fieldsOf(fieldsOf(deployment['spec'])['template']));
  const [container] = objectsOf(fieldsOf(spec)['containers']);
  return typeof container?.['image'] === 'string' ? container['image'] : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function objectsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
