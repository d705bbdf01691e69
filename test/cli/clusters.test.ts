import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../lib/cli/program.ts';
import { readStaticKubeconfig } from '../../lib/clusters/access/static-kubeconfig.ts';
import { aClusterDocument } from '../builders.ts';
import { type AwsStub, openAwsStub } from '../documents/aws-stub.ts';
import { aConsole } from './console.ts';

const PLACE = '/assay/prod/clusters/shop';
const SECRET = 'assay/prod/clusters/shop';
const pem = (name: string) => `-----BEGIN ${name}-----\nAA==\n-----END ${name}-----\n`;
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

let aws: AwsStub;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-clusters-'));
  aws = await openAwsStub();
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOWN');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  await aws.close();
});

async function clusters(...args: readonly string[]) {
  const console = aConsole();
  const code = await runProgram(
    ['clusters', ...args],
    { clusters: () => import('../../lib/cli/clusters.ts') },
    console,
  );
  return { code, ...console.written };
}

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function kubeconfig(user: object, cluster: object = {}): string {
  return write('kubeconfig', {
    'current-context': 'prod',
    contexts: [{ name: 'prod', context: { cluster: 'eu', user: 'robot' } }],
    clusters: [{ name: 'eu', cluster: { server: 'https://api.example.com:6443', ...cluster } }],
    users: [{ name: 'robot', user }],
  });
}

const keysOf = (secret: string) => ({ 'api-key': { secret }, 'app-key': { secret } });
const document = () => JSON.parse(aws.parameters.get(PLACE) ?? 'null') as unknown;

describe('assay clusters add --from-kubeconfig', () => {
  it('puts the token into Secrets Manager, and its name into the document', async () => {
    const file = kubeconfig({ token: 'HUSH' }, { 'certificate-authority-data': base64(pem('CERTIFICATE')) });
    const { code, out, err } = await clusters('add', 'shop', '--from-kubeconfig', file, '--no-check');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(document()).toEqual({
      endpoint: 'https://api.example.com:6443',
      ca: pem('CERTIFICATE'),
      authentication: { token: { secret: SECRET } },
    });
    expect(aws.secrets.get(SECRET)).toMatchObject({ value: 'HUSH', tags: [{ Key: 'assay-cluster', Value: 'shop' }] });
    expect(out).toBe(`wrote ${PLACE} and the secret ${SECRET}; functions read it within a minute\n`);
  });

  it('does so with a client certificate, files and all', async () => {
    write('ca.crt', pem('CERTIFICATE'));
    write('client.crt', pem('CERTIFICATE'));
    write('client.key', pem('KEY'));
    const user = { 'client-certificate': 'client.crt', 'client-key': 'client.key' };
    const file = kubeconfig(user, { 'certificate-authority': join(folder, 'ca.crt') });
    expect((await clusters('add', 'shop', '--from-kubeconfig', file, '--no-check')).code).toBe(0);
    expect(document()).toMatchObject({
      ca: pem('CERTIFICATE'),
      authentication: { clientCertificate: { secret: SECRET } },
    });
    expect(JSON.parse(aws.secrets.get(SECRET)?.value ?? '')).toEqual({ cert: pem('CERTIFICATE'), key: pem('KEY') });
  });

  it('keeps a kubeconfig of the context where a document has no words for it', async () => {
    const end = { 'tls-server-name': 'kubernetes', 'proxy-url': 'http://proxy.example.com:3128' };
    const file = kubeconfig({ token: 'HUSH' }, end);
    expect((await clusters('add', 'shop', '--from-kubeconfig', file, '--no-check')).code).toBe(0);
    expect(document()).toEqual({ authentication: { kubeconfig: { secret: SECRET } } });
    const kept = await readStaticKubeconfig(aws.secrets.get(SECRET)?.value ?? '', undefined, 'kept');
    expect(kept).toEqual(await readStaticKubeconfig(readFileSync(file, 'utf8'), undefined, 'given'));
  });

  it('prints what it would write, secrets hidden, and writes nothing', async () => {
    const file = kubeconfig({ token: 'HUSH' });
    const { code, out } = await clusters('add', 'shop', '--from-kubeconfig', file, '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain(`would write the secret ${SECRET}: *** (the token)\nwould write ${PLACE}:\n{`);
    const json = (await clusters('add', 'shop', '--from-kubeconfig', file, '--dry-run', '-o', 'json')).out;
    expect(JSON.parse(json)).toMatchObject({ parameter: PLACE, secret: { name: SECRET, holds: 'the token' } });
    expect(out + json).not.toContain('HUSH');
    expect(aws.parameters.size + aws.secrets.size).toBe(0);
  });

  it('refuses what it cannot take along, and says what to do', async () => {
    const exec = await clusters('add', 'shop', '--from-kubeconfig', kubeconfig({ exec: { command: 'aws' } }));
    expect(exec.code).toBe(64);
    expect(exec.err).toContain('user robot: exec needs a command');
    const missing = await clusters('add', 'shop', '--from-kubeconfig', kubeconfig({ tokenFile: 'absent' }));
    expect(missing.err).toContain('user robot: tokenFile is a file');
    expect(aws.parameters.size).toBe(0);
  });

  it('checks the cluster afterwards', async () => {
    const file = kubeconfig({ token: 'HUSH' }, { server: 'https://127.0.0.1:1' });
    const { code, out } = await clusters('add', 'shop', '--from-kubeconfig', file);
    expect(code).toBe(1);
    expect(out).toContain('no answer from 127.0.0.1:1 (ECONNREFUSED)');
    expect(out).toContain('shop: 0 ok, 0 to think about, 1 to mend');
    expect(aws.parameters.has(PLACE)).toBe(true);
  });

  it('leaves a secret of somebody else alone', async () => {
    aws.secrets.set(SECRET, { value: 'theirs', tags: [] });
    const { code, err } = await clusters('add', 'shop', '--from-kubeconfig', kubeconfig({ token: 'HUSH' }));
    expect(code).toBe(69);
    expect(err).toContain(`secret ${SECRET} is there already, without the tag assay-cluster=shop`);
    expect(aws.secrets.get(SECRET)?.value).toBe('theirs');
    expect(aws.parameters.size).toBe(0);
  });
});

describe('assay clusters add --eks', () => {
  beforeEach(
    () =>
      void aws.eksClusters.set('shop-eu', {
        endpoint: 'https://abc.gr7.eu-west-1.eks.amazonaws.com',
        certificateAuthority: { data: base64(pem('CERTIFICATE')) },
      }),
  );

  it('asks EKS for address and authority', async () => {
    const role = 'arn:aws:iam::111122223333:role/assay-shop';
    const { code, err } = await clusters('add', 'shop', '--eks', 'shop-eu', '--role-arn', role, '--no-check');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(document()).toEqual({
      endpoint: 'https://abc.gr7.eu-west-1.eks.amazonaws.com',
      ca: base64(pem('CERTIFICATE')),
      authentication: { eks: { clusterName: 'shop-eu', region: 'eu-west-1', roleArn: role } },
    });
    expect(aws.secrets.size).toBe(0);
  });

  it('says so where there is none, or not yet', async () => {
    expect((await clusters('add', 'shop', '--eks', 'absent')).err).toContain('EKS cluster absent: ResourceNotFound');
    aws.eksClusters.set('new', { status: 'CREATING' });
    expect((await clusters('add', 'shop', '--eks', 'new')).err).toContain('has no endpoint yet: it is creating');
  });
});

describe('assay clusters add', () => {
  it('replaces only when told to, and then only where the cluster is and how to get in', async () => {
    aws.parameters.set(PLACE, JSON.stringify(aClusterDocument({ namespace: 'shop', addressMode: 'deny' })));
    const add = ['add', 'shop', '--from-kubeconfig', kubeconfig({ token: 'HUSH' }), '--no-check'];
    const refused = await clusters(...add);
    expect(refused.code).toBe(64);
    expect(refused.err).toContain(`${PLACE} is there already`);
    expect(aws.secrets.size).toBe(0);
    expect((await clusters(...add, '--replace')).code).toBe(0);
    expect(document()).toEqual({
      namespace: 'shop',
      addressMode: 'deny',
      endpoint: 'https://api.example.com:6443',
      authentication: { token: { secret: SECRET } },
    });
  });

  it('takes a whole document, if it is one', async () => {
    const good = write('good.json', aClusterDocument({ instanceId: 'assay' }));
    expect((await clusters('add', 'shop', '--from-document', good, '--no-check', '--stage', 'test')).code).toBe(0);
    expect(aws.parameters.get('/assay/test/clusters/shop')).toContain('"instanceId":"assay"');
    const bad = write('bad.json', { ...aClusterDocument(), addressmode: 'deny' });
    const { code, err } = await clusters('add', 'other', '--from-document', bad);
    expect(code).toBe(64);
    expect(err).toContain('addressmode: unknown field "addressmode" (did you mean "addressMode"?)');
  });

  it.each([
    { name: 'no source', args: ['shop'], says: 'give one of --from-kubeconfig FILE, --eks CLUSTER and' },
    { name: 'two sources', args: ['shop', '--eks', 'a', '--from-document', 'b'], says: 'give one of' },
    { name: 'a name that is none', args: ['a/b', '--eks', 'a'], says: '"a/b" is no name for a cluster' },
    { name: 'a file that is not there', args: ['shop', '--from-document', '/absent'], says: '/absent cannot be read' },
    { name: 'a stage that is none', args: ['shop', '--eks', 'a', '--stage', 'a/b'], says: '--stage: expected a word' },
  ])('refuses $name', async ({ args, says }) => {
    const { code, err } = await clusters('add', ...args);
    expect(code).toBe(64);
    expect(err).toContain(says);
  });
});

describe('assay clusters list, show, remove', () => {
  beforeEach(() => {
    aws.parameters.set(
      PLACE,
      JSON.stringify(aClusterDocument({ authentication: { token: { secret: `${SECRET}#a` } } })),
    );
    aws.parameters.set('/assay/prod/clusters/broken', '{"endpoint":5}');
    aws.parameters.set('/assay/prod/clusters/off', JSON.stringify(aClusterDocument({ disabled: true })));
    aws.secrets.set(SECRET, { value: 'HUSH', tags: [{ Key: 'assay-cluster', Value: 'shop' }] });
  });

  it('lists all, the broken ones with what is wrong', async () => {
    const { code, out, err } = await clusters('list');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "NAME     STATE      ENDPOINT                        AUTHENTICATION   ADDRESSES   NAMESPACE
      broken   broken
      off      disabled   https://shop.example.com:6443   token            proxy       all
      shop     served     https://shop.example.com:6443   token            proxy       all
      "
    `);
    expect(err).toContain('settings of cluster broken: endpoint: expected a string');
    const rows = JSON.parse((await clusters('list', '-o', 'json')).out) as { state: string }[];
    expect(rows.map(({ state }) => state)).toEqual(['broken', 'disabled', 'served']);
    expect((await clusters('list', '--stage', 'empty')).out).toContain('No cluster is registered for stage empty');
  });

  it('shows a document, so that it can be changed and added again', async () => {
    const { code, out } = await clusters('show', 'shop');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(aws.parameters.get(PLACE) ?? ''));
    const broken = await clusters('show', 'broken');
    expect(broken).toMatchObject({ code: 1, out: '{"endpoint":5}\n' });
    expect(broken.err).toContain('authentication: required, but missing');
  });

  it('knows what was meant', async () => {
    const { code, err } = await clusters('show', 'shpo');
    expect(code).toBe(64);
    expect(err).toContain('there is no /assay/prod/clusters/shpo (did you mean "shop"?)');
    expect(err).toContain('registered: broken, off, shop');
  });

  it('says of a broken document that it fails the check', async () => {
    const { code, out } = await clusters('check', 'broken');
    expect(code).toBe(1);
    expect(out).toMatch(/^fail {3}settings {3}settings of cluster broken: endpoint: expected a string/);
  });

  it('checks the connections of a document, with its own secrets', async () => {
    const shown = (await clusters('show', 'shop')).out;
    const connection = { name: 'dd', provider: 'datadog', hosts: ['127.0.0.1:1'] };
    const theirs = { ...connection, keys: keysOf('assay/prod/clusters/other') };
    const own = {
      ...connection,
      name: 'own',
      keys: { ...keysOf(SECRET), address: { value: 'https://127.0.0.1:1' } },
    };
    const file = write('with.json', { ...(JSON.parse(shown) as object), connections: [theirs, own] });
    await clusters('add', 'shop', '--from-document', file, '--replace', '--no-check');
    const { code, out } = await clusters('check', 'shop');
    expect(code).toBe(1);
    expect(out).toMatch(/^fail +dd +secret assay\/prod\/clusters\/other is not this cluster's/m);
    expect(out).toMatch(/^fail +own: certificate of 127\.0\.0\.1:1 +.*ECONNREFUSED/m);
    expect(out).toMatch(/^fail +own: Datadog +.*127\.0\.0\.1 is refused/m);
  });

  it('removes a document, and its secret when told to', async () => {
    const { code, out } = await clusters('remove', 'off');
    expect(code).toBe(0);
    expect(out).toContain(`secret ${SECRET}: kept (\`--with-secrets\` removes it)`);
    expect(aws.parameters.has('/assay/prod/clusters/off')).toBe(false);

    expect((await clusters('remove', 'shop', '--with-secrets', '-o', 'json')).out).toContain('"outcome": "removed"');
    expect(aws.secrets.get(SECRET)?.deleted).toBe(true);
    expect((await clusters('remove', 'broken')).out).toContain('removed /assay/prod/clusters/broken');
    expect(aws.parameters.size).toBe(0);
    expect((await clusters('remove', 'shop')).code).toBe(64);
  });

  it('says that AWS says no', async () => {
    aws.fail({ status: 400, name: 'AccessDeniedException' });
    const { code, err } = await clusters('list');
    expect(code).toBe(69);
    expect(err).toContain('parameters below /assay/prod/clusters: AccessDeniedException: no (ASSAY_REGISTRY_REFUSED)');
  });
});
