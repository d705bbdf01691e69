import { z } from 'zod';
import { PROVIDER_ROWS, type ProviderField } from './provider-rows.ts';
import type { ProviderRow } from './provider-row.ts';
import { flag, list, text } from './schema.ts';

/** A field whose text must look like something; `expected` completes the sentence "expected …, got …". */
export const patternField = (form: RegExp, expected: string, description: string) =>
  z
    .string()
    .refine((value) => form.test(value), { error: expected })
    .describe(description);

export const secretName = patternField(
  /^[^\s#]+(#[^\s#]+)?$/,
  'the name or ARN of a secret, with #field for one field of a JSON secret',
  'Name or ARN of a Secrets Manager secret; `#field` takes one field of a JSON secret.',
);
export const roleArn = patternField(
  /^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/,
  'the ARN of a role, such as arn:aws:iam::111122223333:role/assay-shop',
  'IAM role to assume.',
);
export const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
export const regionName = patternField(REGION, 'a region such as eu-west-1', 'AWS region.');
export const externalId = text('External id that the trust policy of the role asks for.');

const count = (description: string) =>
  z
    .number()
    .refine((value) => Number.isInteger(value) && value >= 1, { error: 'a whole number from 1' })
    .describe(description);

const references = {
  secret: secretName.exactOptional(),
  file: patternField(/^\/./, 'a whole path', 'File of the machine that runs `assay serve`.').exactOptional(),
  secretKeyRef: z
    .strictObject({ name: text('Name of the Secret.'), key: text('Its key.') })
    .describe('Secret of the namespace assay-system of the cluster.')
    .exactOptional(),
};
const PLACES = 'one of secret, file and secretKeyRef';

function hasOne(value: object): boolean {
  return Object.keys(value).length === 1;
}

const reference = z.strictObject(references).refine(hasOne, { error: PLACES });
const material = z
  .strictObject({ value: text('The text itself: only what is no secret.').exactOptional(), ...references })
  .refine(hasOne, { error: `value, or ${PLACES}` });

/** Where a text stands. Exactly one of its fields is set; `value` is the text itself. */
export type TextReference = z.infer<typeof material>;

const tls = z
  .strictObject({
    ca: material.describe('Authorities (PEM) that are trusted beside the usual ones.').exactOptional(),
    certificate: material.describe('Client certificate (PEM), with its chain.').exactOptional(),
    key: reference.describe('Key of the client certificate (PEM).').exactOptional(),
    serverName: text('Name that the certificate of the server must have.').exactOptional(),
  })
  .describe('How the server is known, and known to it.');

const header = z.strictObject({
  name: patternField(/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/, 'the name of a header', 'Name.'),
  ...material.shape,
});

const basic = z.strictObject({ username: text('User name.'), password: reference });
const oauth2 = z
  .strictObject({
    tokenUrl: patternField(/^https:\/\/[^\s@]+$/, 'an https URL', 'URL that gives the token.'),
    clientId: text('Client ID.'),
    clientSecret: reference,
    scopes: list(z.string(), 'Scopes to ask for.').exactOptional(),
  })
  .describe('OAuth 2 client credentials.');
const sigv4 = z
  .strictObject({
    service: text('Service to sign for; default: that of the provider (aps of Prometheus).').exactOptional(),
    region: regionName,
    roleArn: roleArn.exactOptional(),
    externalId: externalId.exactOptional(),
  })
  .describe('AWS Signature Version 4.');

const limits = z
  .strictObject({
    requestsPerSecond: z
      .number()
      .refine((value) => value >= 0.01 && value <= 10_000, { error: 'a number from 0.01 to 10000' })
      .describe('Of all clusters in one process.')
      .exactOptional(),
    burst: count('As many may go at once after a pause (default 1).').exactOptional(),
    concurrency: count('Requests at one time.').exactOptional(),
    waitSeconds: count('Longest that a measurement waits for its turn (default 1800).').exactOptional(),
  })
  .describe('What all who ask may ask together.');

/** `[scheme://]host[:port]`; the host is a name of two parts at least, an address, or `*.` and a name. */
const HOST_PATTERN = /^(?:https?:\/\/)?(?:(?:\*\.)?(?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])\.?(?::\d{1,5})?$/;

export interface HostPattern {
  readonly scheme: string | undefined;
  /** Without `*.`. */
  readonly host: string;
  readonly isWildcard: boolean;
  readonly port: string | undefined;
}

/** Reads a pattern; undefined for what is none. */
export function parseHostPattern(pattern: string): HostPattern | undefined {
  if (!HOST_PATTERN.test(pattern)) return undefined;
  const [, scheme, star, host = '', port] =
    /^(?:(https?):\/\/)?(\*\.)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(pattern) ?? [];
  const name = host.replace(/\.$/, '');
  // A short name is another Service in each namespace.
  if (star === undefined && !/[.:]/.test(name)) return undefined;
  return { scheme, host: name, isWildcard: star !== undefined, port };
}

const FIELDS = (Object.entries(PROVIDER_ROWS) as [ProviderField, ProviderRow][]).flatMap(([field, row]) =>
  row.asksNobody || row.isUnread ? [] : [field],
);

const connection = z
  .strictObject({
    name: patternField(
      /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/,
      'a name of small letters, digits, . and -',
      'What messages and figures call it.',
    ),
    provider: z.enum(FIELDS).describe('Whose metrics it is for.'),
    hosts: list(
      z.string().refine((value) => parseHostPattern(value) !== undefined, {
        error: '[http://|https://]host[:port], the host in full or *.domain',
      }),
      'Hosts that it stands for; default: that of the address, or those of the service.',
    ).exactOptional(),
    accounts: list(z.string(), 'Profiles or Secrets that metrics name; default: any.').exactOptional(),
    regions: list(regionName, 'Regions whose servers of AWS it stands for; default: any.').exactOptional(),
    address: patternField(
      /^https?:\/\/[^\s@?#]+$/,
      'an http or https URL without credentials and query',
      'For metrics that name none.',
    ).exactOptional(),
    keys: z
      .record(z.string(), material)
      .describe('What the Secret of the metric would hold, in its place.')
      .exactOptional(),
    tls: tls.exactOptional(),
    headers: list(header, 'Headers of every request.').exactOptional(),
    basic: basic.exactOptional(),
    bearer: reference.describe('Bearer token.').exactOptional(),
    oauth2: oauth2.exactOptional(),
    sigv4: sigv4.exactOptional(),
    proxy: patternField(
      /^http:\/\/[^\s@/?#]+:\d+\/?$/,
      'http://host:port',
      'HTTP proxy to go through.',
    ).exactOptional(),
    timeoutSeconds: count('Longest that a request takes, whatever the metric says.').exactOptional(),
    limits: limits.exactOptional(),
  })
  .describe('A way to a metric source.');
/** How some servers or accounts of a provider are reached. */
export type Connection = z.infer<typeof connection>;

/** The part of settings that connections stand in. */
export const connectionFields = {
  connections: list(connection, 'How metric sources are reached; the first that fits counts.').exactOptional(),
  onlyConnections: flag('Refuses what metrics ask outside of connections.').exactOptional(),
};

/** What of the settings tells of connections. */
export interface ConnectionSettings {
  readonly connections?: readonly Connection[];
  readonly onlyConnections?: boolean;
}

/** Of the names of Services. */
const OPEN_DOMAINS = /(?:^|\.)svc(?:\.cluster\.local)?$|^(?:cluster\.)?local$/;

const LOGINS = ['basic', 'bearer', 'oauth2', 'sigv4'] as const;
/** Of what Secrets of metrics hold: these are no secrets, and may stand in settings. */
const PLAIN_KEYS: ReadonlySet<string> = new Set([
  'address',
  'org',
  'account-id',
  'region',
  'base-url-nerdgraph',
  'base-url-rest',
]);

/**
 * What is wrong between the fields of connections, in words; each begins with where it is.
 *
 * @param options.files  whether they may refer to files
 */
export function connectionProblems(
  connections: readonly Connection[],
  { files }: { readonly files: boolean },
): readonly string[] {
  const names = connections.map(({ name }) => name);
  return connections.flatMap((each, at) => {
    const problems = [...problemsOf(each)];
    if (names.indexOf(each.name) !== at) problems.push(`there is another of the name ${each.name}`);
    if (!files && textReferences(each).some(({ file }) => file !== undefined)) {
      problems.push('files are for assay serve: name a secret or a secretKeyRef');
    }
    return problems.map((problem) => `connections[${at}]: ${problem}`);
  });
}

function* problemsOf(each: Connection): Generator<string> {
  const logins = LOGINS.filter((login) => each[login] !== undefined);
  if (logins.length > 1) yield `expected one of ${LOGINS.join(', ')} at most, got ${logins.join(' and ')}`;
  const { tls: { certificate, key } = {}, hosts = [], keys = {}, headers = [] } = each;
  if ((certificate === undefined) !== (key === undefined)) yield 'tls: certificate and key go together';
  for (const { name, ...given } of headers) {
    if (!hasOne(given)) yield `headers: ${name}: expected value, or ${PLACES}`;
  }
  for (const [name, { value }] of Object.entries(keys)) {
    if (value !== undefined && !PLAIN_KEYS.has(name)) yield `keys.${name}: expected ${PLACES}: it is a secret`;
  }
  for (const host of logsIn(each) ? hosts : []) {
    const { host: domain = '', isWildcard } = parseHostPattern(host) ?? {};
    if (isWildcard && OPEN_DOMAINS.test(domain)) {
      yield `hosts: ${host}: whoever may create a Service would get what this connection logs in with`;
    }
  }
  if (patternsOf(each).length === 0) yield 'expected hosts or an address';
}

/** Whether requests of a connection carry what nobody else may see. */
export function logsIn({ tls: { key } = {}, headers = [], keys, ...each }: Connection): boolean {
  const isSecret = headers.some(({ value }) => value === undefined);
  return key !== undefined || keys !== undefined || isSecret || LOGINS.some((login) => each[login] !== undefined);
}

/** All texts that a connection refers to. */
export function textReferences({ tls: { ca, certificate, key } = {}, ...each }: Connection): readonly TextReference[] {
  const { headers = [], keys = {}, basic: user, bearer, oauth2: client } = each;
  const single = [ca, certificate, key, user?.password, bearer, client?.clientSecret];
  return [...single.flatMap((one) => one ?? []), ...headers, ...Object.values(keys)];
}

/** The hosts that a connection stands for. */
export function patternsOf({ provider, hosts = [], address, keys = {} }: Connection): readonly string[] {
  const own: ProviderRow = PROVIDER_ROWS[provider];
  const named = [address, keys['address']?.value].flatMap((url) => {
    const { protocol = '', host = '' } = URL.parse(url ?? '') ?? {};
    return host === '' ? [] : [`${protocol}//${host}`];
  });
  const given = [...hosts, ...named];
  return given.length > 0 ? given : (own.hosts ?? []);
}
