import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { nameFor } from '../../lib/cli/clusters-names.ts';
import { runProgram } from '../../lib/cli/program.ts';
import { aClusterDocument, aRun } from '../builders.ts';
import { type AwsStub, openAwsStub } from '../documents/aws-stub.ts';
import { type ApiStub, openApiStub } from './api-stub.ts';
import { aConsole } from './console.ts';

let aws: AwsStub;
let api: ApiStub;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-clusters-'));
  [aws, api] = await Promise.all([openAwsStub(), openApiStub()]);
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  await Promise.all([aws.close(), api.close()]);
});

async function clusters(args: readonly string[], options: Parameters<typeof aConsole>[0] = {}) {
  const console = aConsole(options);
  const code = await runProgram(
    ['clusters', ...args],
    { clusters: () => import('../../lib/cli/clusters.ts') },
    console,
  );
  return { code, ...console.written };
}

/** A context a user, all of one server. */
function kubeconfig(users: Readonly<Record<string, object>>, server = api.url): string {
  const path = join(folder, 'kubeconfig');
  const names = Object.keys(users);
  const ca = Buffer.from(api.ca, 'utf8').toString('base64');
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': names[0],
      contexts: names.map((name) => ({ name, context: { cluster: 'one', user: name } })),
      clusters: [{ name: 'one', cluster: { server, 'certificate-authority-data': ca } }],
      users: names.map((name) => ({ name, user: users[name] })),
    }),
  );
  return path;
}

const placeOf = (name: string) => `/assay/prod/clusters/${name}`;
const secretOf = (name: string) => `assay/prod/clusters/${name}`;
const names = () => [...aws.parameters.keys()].map((place) => place.split('/').at(-1) ?? '').toSorted();
const documentOf = (name: string) => JSON.parse(aws.parameters.get(placeOf(name)) ?? 'null') as unknown;

/** A cluster whose token is `good`, registered. */
function registered(name: string, override: Parameters<typeof aClusterDocument>[0] = {}): void {
  const authentication = { token: { secret: secretOf(name) } };
  aws.parameters.set(
    placeOf(name),
    JSON.stringify(aClusterDocument({ endpoint: api.url, ca: api.ca, authentication, ...override })),
  );
  aws.secrets.set(secretOf(name), { value: 'good', tags: [{ Key: 'assay-cluster', Value: name }] });
  api.tokens.add('good');
}

describe('the name of a cluster that nobody gave a name', () => {
  test.each([
    { found: 'shop', pattern: '{name}', want: 'shop' },
    { found: 'admin@shop', pattern: '{name}', want: 'admin-shop' },
    { found: 'arn:aws:eks:eu-west-1:111122223333:cluster/shop', pattern: '{name}', want: 'shop' },
    { found: 'gke_p_europe-west1_shop', pattern: '{name}', want: 'gke_p_europe-west1_shop' },
    { found: '(shop)', pattern: '{name}', want: 'shop' },
    { found: 'shop', pattern: '{name}-{region}', region: 'eu-west-1', want: 'shop-eu-west-1' },
  ])('of $found by $pattern is $want', ({ found, pattern, region, want }) => {
    expect(nameFor(found, pattern, region)).toBe(want);
  });

  test.each(['@', 'a'.repeat(64)])('there is none of %s', (found) => {
    expect(() => nameFor(found, '{name}')).toThrow(/is no name for a cluster/);
  });
});

const add = (file: string, ...args: string[]) => clusters(['add', '--from-kubeconfig', file, '--no-check', ...args]);

describe('assay clusters add --from-kubeconfig without a name', () => {
  it('adds every context; a bad one stops no other', async () => {
    const file = kubeconfig({ 'prod-a': { token: 'A' }, exec: { exec: { command: 'aws' } }, 'prod-b': { token: 'B' } });
    const { code, out } = await add(file);
    expect(code).toBe(1);
    expect(names()).toEqual(['prod-a', 'prod-b']);
    expect(aws.secrets.get(secretOf('prod-b'))?.value).toBe('B');
    expect(out).toMatch(/^exec +failed +exec +kubeconfig .*: user exec: exec needs a command/m);
    expect(out).toMatch(/^prod-a +added +prod-a$/m);
    expect(out).toMatch(/^2 added, 1 failed$/m);
  });

  it('adds those that are chosen, under other names, as scripts read it', async () => {
    const file = kubeconfig({ 'prod-a': { token: 'A' }, 'dev-a': { token: 'B' } });
    const { code, out } = await add(file, '--context', 'prod-*', '--names', 'eu-{name}', '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, clusters: [{ name: 'eu-prod-a', from: 'prod-a', outcome: 'added' }] });
    expect(names()).toEqual(['eu-prod-a']);
    const none = await add(file, '--context', 'test-*');
    expect(none).toMatchObject({ code: 64, err: expect.stringContaining('there is no context test-*') });
  });

  it('writes nothing when it only tries', async () => {
    const { code, out } = await add(kubeconfig({ a: { token: 'HUSH' } }), '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/^a +would be added +a$/m);
    expect(out).not.toContain('HUSH');
    expect(aws.parameters.size + aws.secrets.size).toBe(0);
  });

  it('leaves what is there, unless it is to be brought up to date', async () => {
    await add(kubeconfig({ a: { token: 'A' }, b: { token: 'B' } }));
    const next = kubeconfig({ a: { token: 'A2' }, b: { token: 'B' }, c: { token: 'C' } });
    expect((await add(next)).out).toMatch(/^2 there already, 1 added$/m);
    expect(aws.secrets.get(secretOf('a'))?.value).toBe('A');
    expect((await add(next, '--update', '--dry-run')).out).toMatch(/^1 would be updated, 2 unchanged$/m);
    expect((await add(next, '--update')).out).toMatch(/^1 updated, 2 unchanged$/m);
    expect(aws.secrets.get(secretOf('a'))?.value).toBe('A2');
  });

  it('does not take one cluster for another', async () => {
    await add(kubeconfig({ a: { token: 'A' } }));
    const { code, out } = await add(kubeconfig({ a: { token: 'B' } }, 'https://other.example.com'), '--update');
    expect(code).toBe(1);
    expect(out).toContain(`${api.url} is registered, not https://other.example.com`);
    expect(aws.secrets.get(secretOf('a'))?.value).toBe('A');
  });

  it('gives none of two the name that both would have', async () => {
    const { code, out } = await add(kubeconfig({ 'a b': { token: 'A' }, 'a/b': { token: 'B' }, c: { token: 'C' } }));
    expect(code).toBe(1);
    expect(out.match(/2 clusters would be called a-b/g)).toHaveLength(2);
    expect(names()).toEqual(['c']);
  });

  it('checks what it has written, with a table of what is wrong', async () => {
    api.tokens.add('A');
    const file = kubeconfig({ a: { token: 'A' }, b: { token: 'B' } });
    const { code, out } = await clusters(['add', '--from-kubeconfig', file]);
    expect(code).toBe(1);
    expect(out).toMatch(/^2 added$/m);
    expect(out).toMatch(/^b +fail +credentials +.*Unauthorized/m);
    expect(out).toMatch(/^2 clusters: 0 ok, 1 to think about, 1 to mend$/m);
  });

  it.each([
    { name: 'nothing to add from', args: [], says: 'give a name, or many clusters by' },
    { name: '--replace', args: ['--from-kubeconfig', 'f', '--replace'], says: '--update for many' },
    { name: 'a name with --update', args: ['shop', '--from-kubeconfig', 'f', '--update'], says: 'give --replace' },
    {
      name: 'a name with two contexts',
      args: ['shop', '--from-kubeconfig', 'f', '--context', 'a', '--context', 'b'],
      says: 'give one --context',
    },
  ])('refuses $name', async ({ args, says }) => {
    expect(await clusters(['add', ...args])).toMatchObject({ code: 64, err: expect.stringContaining(says) });
  });
});

const anEks = (region: string, tags: object, more: object = {}) => ({
  region,
  tags,
  endpoint: `https://id.gr7.${region}.eks.amazonaws.com`,
  certificateAuthority: { data: Buffer.from(api.ca, 'utf8').toString('base64') },
  ...more,
});

describe('assay clusters add --eks-tag', () => {
  it('adds the clusters that have the tags, of each region, as the role that is theirs', async () => {
    aws.eksClusters.set('shop', anEks('eu-west-1', { team: 'a', env: 'prod' }));
    aws.eksClusters.set('other', anEks('eu-west-1', { team: 'b', env: 'prod' }));
    aws.eksClusters.set('bare', anEks('eu-west-1', {}));
    aws.eksClusters.set('dev', anEks('eu-west-1', { team: 'a' }));
    aws.eksClusters.set('pay', anEks('us-east-1', { team: 'a', env: '' }));
    aws.eksClusters.set(
      'new',
      anEks('us-east-1', { team: 'a', env: 'x' }, { endpoint: undefined, status: 'CREATING' }),
    );
    const role = 'arn:aws:iam::111122223333:role/assay-{name}';
    const where = ['--region', 'eu-west-1', '--region', 'us-east-1', '--role-arn', role, '--names', '{name}-{region}'];
    const { code, out } = await clusters(['add', '--eks-tag', 'team=a', '--eks-tag', 'env', ...where, '--no-check']);
    expect(names()).toEqual(['pay-us-east-1', 'shop-eu-west-1']);
    expect(documentOf('pay-us-east-1')).toMatchObject({
      authentication: {
        eks: { clusterName: 'pay', region: 'us-east-1', roleArn: 'arn:aws:iam::111122223333:role/assay-pay' },
      },
    });
    expect(out).toMatch(/^new-us-east-1 +failed +new +EKS cluster new has no endpoint yet: it is creating$/m);
    expect(code).toBe(1);
    expect(aws.secrets.size).toBe(0);
  });

  it('says that AWS says no', async () => {
    aws.fail({ status: 403, name: 'AccessDeniedException' });
    expect(await clusters(['add', '--eks-tag', 'team'])).toMatchObject({
      code: 69,
      err: expect.stringContaining('EKS clusters of eu-west-1: AccessDeniedException'),
    });
  });
});

describe('assay clusters check of many', () => {
  beforeEach(() => {
    registered('a');
    registered('b');
    registered('away', { endpoint: 'https://127.0.0.1:1' });
    registered('off', { disabled: true });
    aws.parameters.set(placeOf('broken'), '{"endpoint":5}');
  });

  it('shows what is wrong, and what to do, each way once', async () => {
    api.isAllowed = false;
    const { code, out, err } = await clusters(['check', '--all']);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/^CLUSTER +STATUS +SUBJECT +MESSAGE$/m);
    expect(out).toMatch(/^away +fail +API server +.*ECONNREFUSED/m);
    expect(out).toMatch(/^broken +fail +settings +settings of cluster broken: endpoint: expected a string/m);
    expect(out).toMatch(/^a +fail +\w+ [\w.]+ and \d+ more +not allowed$/m);
    expect(out.match(/Apply infra\/cluster\/rbac.yaml/g)).toHaveLength(1);
    expect(out).toMatch(/^a, b:$/m);
    expect(out).not.toMatch(/^off/m);
    expect(out).toMatch(/^4 clusters: 0 ok, 0 to think about, 4 to mend$/m);
  });

  it('takes patterns; warnings do not fail', async () => {
    const { code, out } = await clusters(['check', 'a', 'b*', '-o', 'json']);
    expect(code).toBe(1);
    const { ok, clusters: found } = JSON.parse(out) as { ok: boolean; clusters: { cluster: string; ok: boolean }[] };
    expect({ ok, found: found.map(({ cluster, ok: each }) => [cluster, each]) }).toEqual({
      ok: false,
      found: [
        ['a', true],
        ['b', true],
        ['broken', false],
      ],
    });
    expect((await clusters(['check', 'a', 'b'])).out).toMatch(/^2 clusters: 0 ok, 2 to think about, 0 to mend$/m);
    expect((await clusters(['check', 'a', 'b'])).code).toBe(0);
    expect((await clusters(['check', 'x*'])).err).toContain('there is no cluster x*');
  });

  it('writes JUnit: a suite a cluster, failures and skipped warnings', async () => {
    const { code, out } = await clusters(['check', 'a', 'away', '-o', 'junit']);
    expect(code).toBe(1);
    expect(out).toMatch(/<testsuite name="a" tests="\d+" failures="0" errors="0" skipped="1">/);
    expect(out).toMatch(
      /<testcase name="validatingwebhookconfiguration assay-webhook" classname="a.webhook"><skipped message="not installed/,
    );
    expect(out).toContain('<testsuite name="away" tests="1" failures="1" errors="0" skipped="0">');
    expect(out).toMatch(/<failure type="server" message="[^"]*ECONNREFUSED[^"]*"\/>/);
    expect((await clusters(['check', 'a', '-o', 'junit'])).out).toContain('<testsuite name="a"');
  });

  it('shows on a terminal how far it is, and takes that away', async () => {
    const { err, out } = await clusters(['check', 'a', 'away'], { isTerminal: true });
    expect(err).toContain('checked 0 of 2 clusters\n');
    expect(err).toContain('checked 2 of 2 clusters, 1 with something wrong\n');
    expect(err.endsWith('\u001b[J\u001b[?25h')).toBe(true);
    expect(out).toContain('2 clusters: ');
  });

  it.each([{ args: [] }, { args: ['a', '--all'] }, { args: ['a', '--kubeconfig', 'f'] }])(
    'refuses $args',
    async ({ args }) => {
      expect((await clusters(['check', ...args])).code).toBe(64);
    },
  );
});

const before = () => aws.parameters.get(placeOf('shop'));
const token = (text: string) => {
  const path = join(folder, 'token');
  writeFileSync(path, `${text}\n`);
  return path;
};

describe('assay clusters rotate', () => {
  it('puts a token that is taken in place of the old one, and says until when that is used', async () => {
    registered('shop');
    const document = before();
    api.tokens.add('new');
    const { code, out } = await clusters(['rotate', 'shop', '--token-file', token('new'), '-o', 'json']);
    expect(code).toBe(0);
    const [row] = (JSON.parse(out) as { clusters: { outcome: string; oldUntil: string }[] }).clusters;
    expect(row).toMatchObject({ outcome: 'rotated', oldUntil: expect.stringMatching(/^\d{4}-/) });
    expect(aws.secrets.get(secretOf('shop'))?.value).toBe('new');
    expect(before()).toBe(document);
    const again = await clusters(['rotate', 'shop', '--token-file', '-'], { input: 'new' });
    expect(again.out).toMatch(/^shop +unchanged/m);
  });

  it.each([
    { name: 'a token that is not taken', value: 'bad', says: 'credentials: cluster shop: Unauthorized' },
    { name: 'one that is none', value: 'two words', says: 'is no token: it holds spaces' },
    { name: 'one that may do too little', value: 'weak', isAllowed: false, says: 'not allowed (and' },
  ])('changes nothing for $name', async ({ value, says, isAllowed = true }) => {
    registered('shop');
    api.tokens.add('weak');
    api.isAllowed = isAllowed;
    const document = before();
    const { code, out } = await clusters(['rotate', 'shop', '--token-file', token(value)]);
    expect(code).toBe(1);
    expect(out).toContain(says);
    expect(out).toContain('nothing was changed');
    expect(aws.secrets.get(secretOf('shop'))?.value).toBe('good');
    expect(aws.secrets.size).toBe(1);
    expect(before()).toBe(document);
  });

  it('writes nothing when it only tries', async () => {
    registered('shop');
    api.tokens.add('new');
    const { code, out } = await clusters(['rotate', 'shop', '--token-file', token('new'), '--dry-run']);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^shop +would be rotated/m) });
    expect(aws.secrets.get(secretOf('shop'))?.value).toBe('good');
  });

  it('leaves a secret alone that others may read, and the old one until containers know the new document', async () => {
    registered('shop', { authentication: { token: { secret: `${secretOf('shop')}#token` } }, namespace: 'shop' });
    aws.secrets.set(secretOf('shop'), {
      value: '{"token":"good","api-key":"k"}',
      tags: [{ Key: 'assay-cluster', Value: 'shop' }],
    });
    api.tokens.add('new');
    expect((await clusters(['rotate', 'shop', '--token-file', token('new')])).code).toBe(0);
    expect(aws.secrets.get(secretOf('shop'))?.value).toBe('{"token":"good","api-key":"k"}');
    expect(aws.secrets.get(`${secretOf('shop')}/token`)?.value).toBe('new');
    expect(documentOf('shop')).toEqual({
      endpoint: api.url,
      ca: api.ca,
      namespace: 'shop',
      authentication: { token: { secret: `${secretOf('shop')}/token` } },
    });
  });

  it('gives each of many that of the context of its name; one that is bad stops no other', async () => {
    for (const name of ['a', 'b', 'c']) registered(name);
    registered('eks', { authentication: { eks: { clusterName: 'eks', region: 'eu-west-1' } } });
    api.tokens.add('a2');
    const file = kubeconfig({ a: { token: 'a2' }, b: { token: 'bad' } });
    const { code, out } = await clusters(['rotate', '--all', '--from-kubeconfig', file]);
    expect(code).toBe(1);
    expect(out).toMatch(/^a +rotated +\d{4}-\S+Z$/m);
    expect(out).toMatch(/^b +refused +- +credentials: cluster b: Unauthorized/m);
    expect(out).toMatch(/^c +refused +- +no context is called so$/m);
    expect(out).toMatch(/^eks +nothing to rotate/m);
    expect(out).toContain('tokens can be revoked now');
    expect(['a', 'b', 'c'].map((name) => aws.secrets.get(secretOf(name))?.value)).toEqual(['a2', 'good', 'good']);
  });

  it.each([
    { name: 'no cluster', args: ['--token-file', 'f'], says: 'give the names of clusters, or --all' },
    { name: 'no credentials', args: ['shop'], says: 'give --from-kubeconfig FILE or --token-file FILE' },
    { name: 'one token for many', args: ['--all', '--token-file', 'f'], says: 'a token is that of one cluster' },
    { name: 'a file that is not there', args: ['shop', '--token-file', '/absent'], says: '/absent cannot be read' },
  ])('refuses $name', async ({ args, says }) => {
    expect(await clusters(['rotate', ...args])).toMatchObject({ code: 64, err: expect.stringContaining(says) });
  });
});

describe('assay clusters status', () => {
  const JWT = `x.${Buffer.from('{"exp":4102444800}').toString('base64url')}.x`;

  it('tells of each cluster what it sees, and of one that cannot be seen why', async () => {
    registered('shop');
    aws.secrets.set(secretOf('shop'), { value: JWT, tags: [] });
    api.tokens.add(JWT);
    registered('away', { endpoint: 'https://127.0.0.1:1' });
    registered('off', { disabled: true });
    api.objects.set('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/analysisruns.argoproj.io', {
      metadata: { labels: { 'app.kubernetes.io/version': '0.0.9' } },
    });
    api.objects.set('/apis/apps/v1/namespaces/assay-system/deployments/assay-webhook', {
      spec: { template: { spec: { containers: [{ image: 'registry.example.com:5000/assay-webhook:0.1.0' }] } } },
    });
    const caBundle = Buffer.from(api.ca, 'utf8').toString('base64');
    api.objects.set('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/assay-webhook', {
      webhooks: [{ name: 'changes', clientConfig: { caBundle } }],
    });
    const { code, out } = await clusters(['status']);
    expect(code).toBe(1);
    expect(out).toMatch(/^NAME +LAST LOOK +LATENESS +UNFINISHED +CRDS +WEBHOOK +WEBHOOK TRUST +CREDENTIALS +SKEW$/m);
    expect(out).toMatch(/^away +.*ECONNREFUSED/m);
    expect(out).toMatch(/^off +disabled$/m);
    expect(out).toMatch(/^shop +- +0 s +0 +0\.0\.9 +0\.1\.0 +89 d left +\d+ d left +-?0\.0 s$/m);
    expect(out).toContain(`1 of another version than this command (${packageJson.version})`);
    const json = JSON.parse((await clusters(['status', 'sh*', '-o', 'json'])).out) as { clusters: object[] };
    expect(json.clusters).toEqual([
      expect.objectContaining({
        name: 'shop',
        state: 'served',
        crds: { state: 'known', version: '0.0.9' },
        webhook: { state: 'known', version: '0.1.0' },
        credentialsEnd: '2100-01-01T00:00:00.000Z',
        latenessSeconds: 0,
      }),
    ]);
  });

  it('fails for a cluster that nobody looks after; shows what it may not see', async () => {
    registered('shop');
    api.runs.push(
      aRun({ metadata: { name: 'r', namespace: 'shop', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' } }),
    );
    for (const part of ['customresourcedefinitions', 'deployments', 'validatingwebhookconfigurations'])
      api.denied.add(part);
    const { code, out } = await clusters(['status']);
    expect(code).toBe(1);
    expect(out).toMatch(/^shop +- +86400 s +1 +\? +\? +\? +- +/m);
    expect(out).toContain('?: Assay may not look; `assay manifests --status-role` lets it');
  });
});
