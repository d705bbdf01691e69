import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readStaticKubeconfig } from '../../../lib/clusters/access/static-kubeconfig.ts';
import { AssayError } from '../../../lib/model/errors.ts';

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const pem = (name: string) => `-----BEGIN ${name}-----\nAA==\n-----END ${name}-----\n`;

function kubeconfig(user: object = { token: 'abc' }, cluster: object = {}, rest: object = {}): string {
  return stringify({
    'current-context': 'prod',
    clusters: [
      { name: 'other', cluster: { server: 'https://other.example.com' } },
      { name: 'eu', cluster: { server: 'https://api.example.com:6443/', ...cluster } },
    ],
    users: [{ name: 'robot', user }],
    contexts: [
      { name: 'prod', context: { cluster: 'eu', user: 'robot', namespace: 'shop' } },
      { name: 'other', context: { cluster: 'other', user: 'robot' } },
      { name: 'no-cluster', context: { cluster: 'absent', user: 'robot' } },
      { name: 'no-user', context: { cluster: 'eu', user: 'absent' } },
    ],
    ...rest,
  });
}

const read = (text: string, context?: string) => readStaticKubeconfig(text, context, 'secret x');

describe('readStaticKubeconfig', () => {
  it.each([
    {
      name: 'a token',
      text: kubeconfig({ token: ' abc\n' }),
      access: { tls: {}, headers: { authorization: 'Bearer abc' } },
    },
    {
      name: 'a client certificate',
      text: kubeconfig({
        'client-certificate-data': base64(pem('CERTIFICATE')),
        'client-key-data': base64(pem('KEY')),
      }),
      access: { tls: { cert: pem('CERTIFICATE'), key: pem('KEY') }, headers: {} },
    },
    {
      name: 'all that clusters have',
      text: kubeconfig(
        { token: 'abc' },
        {
          'certificate-authority-data': base64(pem('CERTIFICATE')),
          'certificate-authority': '/data/wins/over/the/file',
          'tls-server-name': 'kubernetes',
          'insecure-skip-tls-verify': true,
          'proxy-url': 'http://proxy.example.com:3128',
        },
      ),
      access: {
        tls: { ca: pem('CERTIFICATE'), servername: 'kubernetes', rejectUnauthorized: false },
        headers: { authorization: 'Bearer abc' },
        proxyUrl: 'http://proxy.example.com:3128',
      },
    },
  ])('reads $name', async ({ text, access }) => {
    await expect(read(text)).resolves.toStrictEqual({
      name: 'prod',
      namespace: 'shop',
      access: { server: 'https://api.example.com:6443', ...access },
    });
  });

  it('reads JSON too', async () => {
    const json = JSON.stringify(parse(kubeconfig()));
    expect(await read(json)).toStrictEqual(await read(kubeconfig()));
  });

  it('takes the context that is asked for', async () => {
    await expect(read(kubeconfig(), 'other')).resolves.toMatchObject({
      namespace: undefined,
      access: { server: 'https://other.example.com' },
    });
  });

  it.each([
    { name: 'no YAML', text: 'token: SECRET: {', says: 'secret x is no kubeconfig' },
    { name: 'no JSON', text: '{"token": SECRET', says: 'secret x is no kubeconfig' },
    { name: 'a text', text: 'SECRET', says: 'secret x is no kubeconfig' },
    { name: 'no context', text: kubeconfig({}, {}, { 'current-context': '' }), says: 'secret x: no context is set' },
    { name: 'another context', text: kubeconfig(), context: 'absent', says: 'secret x has no context absent' },
    { name: 'no cluster', text: kubeconfig(), context: 'no-cluster', says: 'names no cluster that is there' },
    { name: 'no user', text: kubeconfig(), context: 'no-user', says: 'names no user that is there' },
    { name: 'no way in', text: kubeconfig({}), says: 'user robot: neither a token nor a client certificate' },
    {
      name: 'a command',
      text: kubeconfig({ exec: { command: 'aws', env: [{ name: 'X', value: 'SECRET' }] } }),
      says: 'user robot: exec needs a command on this machine, which Assay does not run; for EKS: `assay clusters add',
    },
    { name: 'a plugin', text: kubeconfig({ 'auth-provider': { name: 'gcp' } }), says: 'auth-provider needs a plugin' },
    { name: 'a password', text: kubeconfig({ username: 'zoe', password: 'SECRET' }), says: 'username needs basic' },
    { name: 'another identity', text: kubeconfig({ token: 'SECRET', as: 'robot' }), says: 'as needs the right to' },
    {
      name: 'a file of the authority',
      text: kubeconfig({ token: 'SECRET' }, { 'certificate-authority': '/etc/ca.crt' }),
      says: 'cluster eu: certificate-authority is a file; `kubectl config view --raw --flatten --minify` puts files in',
    },
    { name: 'a file of a token', text: kubeconfig({ tokenFile: '/t' }), says: 'user robot: tokenFile is a file' },
    { name: 'a key in a file', text: kubeconfig({ 'client-key': '/k' }), says: 'user robot: client-key is a file' },
    {
      name: 'half a certificate',
      text: kubeconfig({ 'client-key-data': base64(pem('KEY')) }),
      says: 'client-certificate-data and client-key-data go together',
    },
    {
      name: 'an authority that is none',
      text: kubeconfig({ token: 'SECRET' }, { 'certificate-authority-data': base64('SECRET') }),
      says: 'cluster eu: certificate-authority-data is not PEM in base64',
    },
    {
      name: 'plain HTTP',
      text: kubeconfig({ token: 'SECRET' }, { server: 'http://api.example.com' }),
      says: 'cluster eu: server must begin with https:',
    },
  ])('refuses $name, and shows no secret', async ({ text, context, says }) => {
    const error = await read(text, context).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toMatchObject({ code: 'ASSAY_KUBECONFIG_INVALID', message: expect.stringContaining(says) });
    expect(String(error)).not.toContain('SECRET');
  });
});
