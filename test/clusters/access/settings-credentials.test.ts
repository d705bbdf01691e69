import { describe, expect, it } from 'vitest';
import { settingsCredentials } from '../../../lib/clusters/access/settings-credentials.ts';
import { type ClusterDocument, parseClusterSettings } from '../../../lib/model/cluster-settings.ts';
import { AssayError } from '../../../lib/model/errors.ts';
import { aClusterDocument } from '../../builders.ts';

const pem = (name: string) => `-----BEGIN ${name}-----\nAA==\n-----END ${name}-----\n`;
const CA = pem('CERTIFICATE');
const KUBECONFIG = JSON.stringify({
  'current-context': 'a',
  contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: { server: 'https://inside.example.com' } }],
  users: [{ name: 'u', user: { token: 'from-kubeconfig' } }],
});

/** Credentials of a document, with secrets that can be changed and are counted. */
function open(override: Partial<ClusterDocument>, secrets: Record<string, string>) {
  const world = { nowMs: 0, reads: 0, secrets };
  const settings = parseClusterSettings('shop', JSON.stringify(aClusterDocument(override)));
  const credentials = settingsCredentials(settings, {
    secrets: {
      async read(name) {
        world.reads += 1;
        const value = world.secrets[name];
        if (value === undefined) throw new AssayError('ASSAY_SECRET_UNREADABLE', `secret ${name}: there is none`);
        return value;
      },
    },
    awsCredentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' }),
    now: () => new Date(world.nowMs),
  });
  return { world, credentials };
}

describe('settingsCredentials', () => {
  it.each([
    {
      name: 'a token',
      document: { ca: CA, authentication: { token: { secret: 's' } } },
      secret: 'abc\n',
      access: { server: 'https://shop.example.com:6443', tls: { ca: CA }, headers: { authorization: 'Bearer abc' } },
    },
    {
      name: 'a field of a secret, and an authority in base64',
      document: { ca: Buffer.from(CA).toString('base64'), authentication: { token: { secret: 's#shop' } } },
      secret: '{"shop":"abc","other":"x"}',
      access: { server: 'https://shop.example.com:6443', tls: { ca: CA }, headers: { authorization: 'Bearer abc' } },
    },
    {
      name: 'a client certificate',
      document: { authentication: { clientCertificate: { secret: 's' } } },
      secret: JSON.stringify({ cert: CA, key: pem('KEY') }),
      access: { server: 'https://shop.example.com:6443', tls: { cert: CA, key: pem('KEY') }, headers: {} },
    },
    {
      name: 'a kubeconfig, whose server the endpoint replaces',
      document: { endpoint: 'https://outside.example.com/', authentication: { kubeconfig: { secret: 's' } } },
      secret: KUBECONFIG,
      access: { server: 'https://outside.example.com', tls: {}, headers: { authorization: 'Bearer from-kubeconfig' } },
    },
  ])('gets in with $name', async ({ document, secret, access }) => {
    expect(await open(document, { s: secret }).credentials.access()).toStrictEqual(access);
  });

  it('gets in with a kubeconfig alone', async () => {
    const settings = parseClusterSettings('shop', '{"authentication":{"kubeconfig":{"secret":"s"}}}');
    const credentials = settingsCredentials(settings, {
      secrets: { read: async () => KUBECONFIG },
      awsCredentials: () => Promise.reject(new Error('never')),
      now: () => new Date(0),
    });
    expect((await credentials.access()).server).toBe('https://inside.example.com');
  });

  it('gets into EKS without a secret', async () => {
    const { world, credentials } = open(
      { ca: CA, authentication: { eks: { clusterName: 'shop', region: 'eu-west-1' } } },
      {},
    );
    const { server, tls, headers } = await credentials.access();
    expect({ server, tls }).toStrictEqual({ server: 'https://shop.example.com:6443', tls: { ca: CA } });
    expect(headers['authorization']).toMatch(/^Bearer k8s-aws-v1\./);
    expect(world.reads).toBe(0);
  });

  it('reads the secret when it is first needed, and anew when it is refused', async () => {
    const { world, credentials } = open({ authentication: { token: { secret: 's' } } }, { s: 'old' });
    expect(world.reads).toBe(0);
    const old = await credentials.access();
    await credentials.access();
    expect(world.reads).toBe(1);
    world.secrets = { s: 'new' };
    world.nowMs = 10_000;
    expect((await credentials.renew(old)).headers).toStrictEqual({ authorization: 'Bearer new' });
    expect(world.reads).toBe(2);
  });

  it('reads the secret anew where it lets do too little, every five minutes at most', async () => {
    const { world, credentials } = open({ authentication: { token: { secret: 's' } } }, { s: 'before' });
    const token = async () => (await credentials.access()).headers['authorization'];
    credentials.doubt?.(await credentials.access());
    world.secrets['s'] = 'after';
    world.nowMs = 5 * 60_000 - 1;
    expect(await token()).toBe('Bearer before');
    const before = await credentials.access();
    world.nowMs += 1;
    credentials.doubt?.(before);
    expect(await token()).toBe('Bearer after');
    credentials.doubt?.(before);
    credentials.doubt?.(await credentials.access());
    expect(await token()).toBe('Bearer after');
    expect(world.reads).toBe(2);
  });

  it('reads a secret that is wrong at most every ten seconds', async () => {
    const { world, credentials } = open({ authentication: { token: { secret: 's' } } }, { s: 'wrong' });
    let access = await credentials.access();
    for (world.nowMs = 0; world.nowMs < 30_000; world.nowMs += 1000) access = await credentials.renew(access);
    expect(world.reads).toBe(3);
  });

  it.each([
    { name: 'none', secrets: {}, reference: 's', says: 'secret s: there is none' },
    { name: 'an empty one', secrets: { s: ' ' }, reference: 's', says: 'secret s is empty' },
    { name: 'a token with spaces', secrets: { s: 'HUSH HUSH' }, reference: 's', says: 'secret s is no token' },
    { name: 'no JSON', secrets: { s: 'HUSH' }, reference: 's#a', says: 'secret s is no JSON object' },
    { name: 'no such field', secrets: { s: '{"b":"HUSH"}' }, reference: 's#a', says: 'secret s has no field a' },
    { name: 'no own field', secrets: { s: '{"b":"HUSH"}' }, reference: 's#toString', says: 'no field toString' },
  ])('says of a secret that there is $name, and not what is in it', async ({ secrets, reference, says }) => {
    const { credentials } = open({ authentication: { token: { secret: reference } } }, { ...secrets });
    const error = await Promise.resolve(credentials.access()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ASSAY_SECRET_UNREADABLE', message: expect.stringContaining(says) });
    expect(String(error)).not.toContain('HUSH');
  });

  it('wants both parts of a client certificate', async () => {
    const { credentials } = open({ authentication: { clientCertificate: { secret: 's' } } }, { s: '{"cert":"HUSH"}' });
    await expect(credentials.access()).rejects.toThrow('secret s: cert and key must be PEM');
  });
});
