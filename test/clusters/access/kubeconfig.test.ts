import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KubeConfigSource, kubeConfigCredentials, listContexts } from '../../../lib/clusters/access/kubeconfig.ts';
import { AssayError } from '../../../lib/model/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-kubeconfig-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A kubeconfig of one context; JSON is YAML. */
function kubeconfig(user: object, cluster: object = {}, name = 'prod'): string {
  return JSON.stringify({
    'current-context': name,
    clusters: [{ name, cluster: { server: 'https://api.example.com:6443/', ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'shop' } }],
  });
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof AssayError)) throw new Error('expected an AssayError', { cause: error });
  expect(error.code).toBe('ASSAY_KUBECONFIG_INVALID');
  return error.message;
}

describe('kubeConfigCredentials', () => {
  it.each([
    { name: 'a token', user: { token: 'abc' }, headers: { authorization: 'Bearer abc' }, tls: {} },
    {
      name: 'a password',
      user: { username: 'zoe', password: 'pass:word' },
      headers: { authorization: `Basic ${base64('zoe:pass:word')}` },
      tls: {},
    },
    {
      name: 'a client certificate',
      user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
      headers: {},
      tls: { cert: 'CERT', key: 'KEY' },
    },
    {
      name: 'another identity',
      user: { token: 'abc', as: 'robot' },
      headers: { 'impersonate-user': 'robot' },
      tls: {},
    },
  ])('knows $name', async ({ user, headers, tls }) => {
    const credentials = await kubeConfigCredentials({ text: kubeconfig(user) });
    expect(await credentials.access()).toMatchObject({ server: 'https://api.example.com:6443', headers, tls });
  });

  it.each([
    { name: 'its authority', cluster: { 'certificate-authority-data': base64('CA') }, want: { tls: { ca: 'CA' } } },
    { name: 'its name', cluster: { 'tls-server-name': 'other' }, want: { tls: { servername: 'other' } } },
    {
      name: 'trust in all',
      cluster: { 'insecure-skip-tls-verify': true },
      want: { tls: { rejectUnauthorized: false } },
    },
    { name: 'a proxy', cluster: { 'proxy-url': 'http://proxy:3128' }, want: { proxyUrl: 'http://proxy:3128' } },
    { name: 'no TLS', cluster: { server: 'http://127.0.0.1:8001' }, want: { server: 'http://127.0.0.1:8001' } },
  ])('knows of the server: $name', async ({ cluster, want }) => {
    const credentials = await kubeConfigCredentials({ text: kubeconfig({ token: 'abc' }, cluster) });
    expect(await credentials.access()).toMatchObject(want);
  });

  it('reads files beside the kubeconfig', async () => {
    write('ca.pem', 'CA');
    write('token', 'from-file\n');
    const file = write('config', kubeconfig({ tokenFile: 'token' }, { 'certificate-authority': 'ca.pem' }));
    const credentials = await kubeConfigCredentials({ file });
    expect(await credentials.access()).toMatchObject({
      tls: { ca: 'CA' },
      headers: { authorization: 'Bearer from-file' },
    });
  });

  it('reads a token file again when the server refuses what was in it', async () => {
    const tokenFile = write('token', 'old');
    const credentials = await kubeConfigCredentials({ text: kubeconfig({ tokenFile }) });
    const old = await credentials.access();
    write('token', 'new');
    expect(await credentials.access()).toBe(old);
    const [renewed, same] = await Promise.all([credentials.renew(old), credentials.renew(old)]);
    expect(renewed.headers).toStrictEqual({ authorization: 'Bearer new' });
    expect(same).toBe(renewed);
    expect(await credentials.access()).toBe(renewed);
    expect(await credentials.renew(old)).toBe(renewed);
  });

  it('asks a plugin, and again when the server refuses what it gave', async () => {
    const state = write('state', 'x');
    const plugin = write(
      'plugin',
      `#!/bin/sh\nprintf x >> '${state}'\n` +
        `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat '${state}')"\n`,
    );
    chmodSync(plugin, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    const credentials = await kubeConfigCredentials({ text: kubeconfig({ exec }) });
    const first = await credentials.access();
    expect(first.headers).toStrictEqual({ authorization: 'Bearer xx' });
    expect(await credentials.access()).toBe(first);
    expect((await credentials.renew(first)).headers).toStrictEqual({ authorization: 'Bearer xxx' });
  });

  it('tells what a plugin last said when it fails', async () => {
    const plugin = write('plugin', '#!/bin/sh\necho warming up >&2\necho session has expired >&2\nexit 1\n');
    chmodSync(plugin, 0o755);
    const credentials = await kubeConfigCredentials({ text: kubeconfig({ exec: { command: plugin } }) });
    expect(await messageOf(Promise.resolve(credentials.access()))).toBe(
      'credentials of context prod: session has expired',
    );
  });

  it('takes the context that is named', async () => {
    const other = JSON.parse(kubeconfig({ token: 'b' }, { server: 'https://other' }, 'staging'));
    const both = JSON.parse(kubeconfig({ token: 'a' }));
    for (const part of ['clusters', 'users', 'contexts']) both[part].push(...other[part]);
    const source = { text: JSON.stringify(both) };
    expect(await listContexts(source)).toStrictEqual([
      { name: 'prod', namespace: 'shop', isCurrent: true },
      { name: 'staging', namespace: 'shop', isCurrent: false },
    ]);
    const credentials = await kubeConfigCredentials(source, 'staging');
    expect(await credentials.access()).toMatchObject({
      server: 'https://other',
      headers: { authorization: 'Bearer b' },
    });
  });

  it('looks where kubectl looks, and merges as it does', async () => {
    const first = write('first', kubeconfig({ token: 'first' }));
    const second = write('second', kubeconfig({ token: 'second' }, { server: 'https://second' }));
    vi.stubEnv('KUBECONFIG', `${first}:${second}:`);
    const credentials = await kubeConfigCredentials({ default: true });
    expect(await credentials.access()).toMatchObject({ headers: { authorization: 'Bearer first' } });
    expect(await listContexts({ default: true })).toHaveLength(1);
  });

  it.each([
    { name: 'a file that is not there', source: () => ({ file: join(folder, 'absent') }), want: /absent: ENOENT/ },
    { name: 'what is not YAML', source: () => ({ text: 'token: "secret' }), want: /^the text is no kubeconfig$/ },
    { name: 'an empty file', source: () => ({ file: write('empty', '') }), want: /empty is no kubeconfig$/ },
    {
      name: 'no current context',
      source: () => ({ text: '{"clusters":[],"contexts":[],"users":[]}' }),
      want: /no context is set/,
    },
    {
      name: 'a context without its cluster',
      source: () => ({ text: kubeconfig({}).replace('"clusters":[{"name":"prod"', '"clusters":[{"name":"lost"') }),
      want: /^context prod names no cluster that is there$/,
    },
  ] as { name: string; source: () => KubeConfigSource; want: RegExp }[])('refuses $name', async ({ source, want }) => {
    const message = await messageOf(kubeConfigCredentials(source()));
    expect(message).toMatch(want);
    expect(message).not.toContain('secret');
  });

  it('refuses a context that is not there, and says which are', async () => {
    const message = await messageOf(kubeConfigCredentials({ text: kubeconfig({}) }, 'absent'));
    expect(message).toBe('kubeconfig has no context absent; there is: prod');
  });

  it('refuses certificates that cannot be read, when they are needed', async () => {
    const credentials = await kubeConfigCredentials({
      text: kubeconfig({ 'client-certificate': join(folder, 'absent.pem') }),
    });
    expect(await messageOf(Promise.resolve(credentials.access()))).toMatch(/^credentials of context prod: ENOENT/);
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
