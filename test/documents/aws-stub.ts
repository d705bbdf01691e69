import { openStubServer, type StubAnswer, type StubRequest } from '../clusters/api/stub-server.ts';

interface KeptSecret {
  value: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  deleted?: boolean;
}

/** What stands in for AWS: the answers of Parameter Store, Secrets Manager, STS and EKS, as their protocols have them. */
export interface AwsStub {
  readonly url: string;
  /** For clients made in a test. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly maxAttempts: number;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly parameters: Map<string, string>;
  readonly secrets: Map<string, KeptSecret>;
  /** With a `region`, those of that region alone are listed. */
  readonly eksClusters: Map<string, object>;
  /** `GetParametersByPath`, `AssumeRole`, … in the order of the calls. */
  readonly calls: readonly string[];
  /** Of the calls to STS, and whose key signed them. */
  readonly roleRequests: readonly (Readonly<Record<string, string>> & { readonly by: string })[];
  /** Answers every call from now on with an error, or one in so many; undefined: no more. */
  fail(failure: StubFailure | undefined): void;
  close(): Promise<void>;
}

export interface StubFailure {
  readonly status: number;
  readonly name: string;
  /** Default 1: every call. */
  readonly oneIn?: number;
}

type Input = Readonly<Record<string, unknown>>;
type Answer = { readonly ok: object } | { readonly error: string };

/** Sessions that STS gives last until then. */
export const SESSION_END = new Date('2026-11-05T11:00:00Z');

export async function openAwsStub(): Promise<AwsStub> {
  const parameters = new Map<string, string>();
  const secrets = new Map<string, KeptSecret>();
  const eksClusters = new Map<string, object>();
  const calls: string[] = [];
  const roleRequests: (Record<string, string> & { by: string })[] = [];
  let failure: StubFailure | undefined;

  const actions = { ...parameterActions(parameters), ...secretActions(secrets) };
  const answer = (request: StubRequest): StubAnswer => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const form = Object.fromEntries(new URLSearchParams(request.body));
    const action = target.split('.')[1] ?? form['Action'] ?? 'DescribeCluster';
    calls.push(action);
    if (failure && calls.length % (failure.oneIn ?? 1) === 0)
      return { status: failure.status, body: { __type: failure.name, message: 'no' } };
    if (action === 'AssumeRole') {
      const by = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      roleRequests.push({ ...form, by });
      return assumed(form['RoleArn'] ?? '', roleRequests.length);
    }
    if (action === 'DescribeCluster') {
      const [path = '', query] = request.url.split('?');
      if (path === '/clusters') return { body: eksPage(eksClusters, regionOf(request), new URLSearchParams(query)) };
      const cluster = eksClusters.get(decodeURIComponent(request.url.split('/').at(-1) ?? ''));
      if (cluster) return { body: { cluster } };
      return { status: 404, headers: errorType('ResourceNotFoundException'), body: { message: 'No cluster found' } };
    }
    const outcome = actions[action]?.(JSON.parse(request.body) as Input) ?? { error: 'UnknownOperationException' };
    return 'ok' in outcome ? { body: outcome.ok } : { status: 400, body: { __type: outcome.error, message: 'no' } };
  };

  const server = await openStubServer(answer);
  return {
    url: server.url,
    client: {
      endpoint: server.url,
      region: 'eu-west-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'AKIDOWN', secretAccessKey: 'x' },
    },
    parameters,
    secrets,
    eksClusters,
    calls,
    roleRequests,
    fail: (next) => void (failure = next),
    close: () => server.close(),
  };
}

type Actions = Readonly<Record<string, (input: Input) => Answer>>;

function parameterActions(parameters: Map<string, string>): Actions {
  const shown = (name: string) => ({ Name: name, Value: parameters.get(name), Type: 'String' });
  return {
    GetParametersByPath({ Path, MaxResults, NextToken }) {
      const all = [...parameters.keys()].filter((name) => name.startsWith(`${String(Path)}/`));
      const first = Number(NextToken ?? 0);
      const end = first + Number(MaxResults);
      const more = end < all.length ? { NextToken: String(end) } : {};
      return { ok: { Parameters: all.slice(first, end).map(shown), ...more } };
    },
    GetParameters({ Names }) {
      const found = (Names as readonly string[]).filter((name) => parameters.has(name));
      const missing = (Names as readonly string[]).filter((name) => !parameters.has(name));
      return { ok: { Parameters: found.map(shown), InvalidParameters: missing } };
    },
    GetParameter({ Name }) {
      const name = String(Name);
      return parameters.has(name) ? { ok: { Parameter: shown(name) } } : { error: 'ParameterNotFound' };
    },
    PutParameter({ Name, Value, Overwrite }) {
      if (parameters.has(String(Name)) && Overwrite !== true) return { error: 'ParameterAlreadyExists' };
      parameters.set(String(Name), String(Value));
      return { ok: { Version: 1, Tier: 'Standard' } };
    },
    DeleteParameter: ({ Name }) => (parameters.delete(String(Name)) ? { ok: {} } : { error: 'ParameterNotFound' }),
  };
}

function secretActions(secrets: Map<string, KeptSecret>): Actions {
  const withSecret = (input: Input, work: (secret: KeptSecret) => object): Answer => {
    const secret = secrets.get(String(input['SecretId']));
    return secret ? { ok: work(secret) } : { error: 'ResourceNotFoundException' };
  };
  return {
    GetSecretValue: (input) => withSecret(input, ({ value }) => ({ SecretString: value })),
    DescribeSecret: (input) =>
      withSecret(input, ({ tags, deleted }) => ({ Tags: tags, ...(deleted && { DeletedDate: 1_793_000_000 }) })),
    CreateSecret({ Name, SecretString, Tags }) {
      if (secrets.has(String(Name))) return { error: 'ResourceExistsException' };
      secrets.set(String(Name), { value: String(SecretString), tags: Tags as KeptSecret['tags'] });
      return { ok: { Name } };
    },
    PutSecretValue: (input) =>
      withSecret(input, (secret) => ({ value: (secret.value = String(input['SecretString'])) })),
    RestoreSecret: (input) => withSecret(input, (secret) => ({ deleted: (secret.deleted = false) })),
    DeleteSecret: (input) => withSecret(input, (secret) => ({ deleted: (secret.deleted = true) })),
  };
}

/** Two a page. */
function eksPage(all: ReadonlyMap<string, object>, region: string, query: URLSearchParams): object {
  const names = [...all].flatMap(([name, cluster]) => ('region' in cluster && cluster.region !== region ? [] : [name]));
  const first = Number(query.get('nextToken') ?? 0);
  return { clusters: names.slice(first, first + 2), ...(first + 2 < names.length && { nextToken: String(first + 2) }) };
}

function regionOf({ headers }: StubRequest): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** The keys are named after the role and the count of requests. */
function assumed(roleArn: string, count: number): StubAnswer {
  if (roleArn.includes('denied')) {
    const body =
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>';
    return { status: 403, headers: { 'content-type': 'text/xml' }, body };
  }
  const key = `ASIA${roleArn.split('/').at(-1)?.toUpperCase()}${count}`;
  const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>${key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>
    <Expiration>${SESSION_END.toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  return { headers: { 'content-type': 'text/xml' }, body };
}

function errorType(name: string): Record<string, string> {
  return { 'x-amzn-errortype': name };
}
