import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readListenFlags } from '../../lib/cli/listen-options.ts';
import { makeCertificate } from '../../lib/webhook/certificate.ts';

const listen = { host: '127.0.0.1', port: 8444 };
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-listen-'));
  const [one, other] = [await makeCertificate(['a'], new Date()), await makeCertificate(['a'], new Date())];
  writeFileSync(file('token'), 'sixteen-characters\n');
  writeFileSync(file('short'), 'fifteen-letters\n');
  writeFileSync(file('tokens'), JSON.stringify({ shop: 'of-the-shop-alone', web: 'of-the-web-alone-' }));
  writeFileSync(file('short-tokens'), JSON.stringify({ shop: 'of-the-shop-alone', web: 'short' }));
  writeFileSync(file('same-tokens'), JSON.stringify({ shop: 'of-the-shop-alone', web: 'of-the-shop-alone' }));
  writeFileSync(file('no-tokens'), '{}');
  writeFileSync(file('cert'), one.certificate);
  writeFileSync(file('key'), one.key);
  writeFileSync(file('other-key'), other.key);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('without --listen there is nothing to listen with', () => {
  expect(readListenFlags({ listenTokenFile: 'nowhere' })).toBeUndefined();
});

test('the token is what the file says, without its end of line', () => {
  expect(readListenFlags({ listen, listenTokenFile: file('token') })).toEqual({
    address: listen,
    tokens: [{ token: 'sixteen-characters' }],
  });
});

test('clusters may have tokens of their own, and there may be one of all beside them', () => {
  const flags = { listen, listenTokens: file('tokens'), listenTokenFile: file('token') };
  expect(readListenFlags(flags)?.tokens).toEqual([
    { name: 'shop', token: 'of-the-shop-alone' },
    { name: 'web', token: 'of-the-web-alone-' },
    { token: 'sixteen-characters' },
  ]);
});

test('certificate and key are read each time they are asked for', () => {
  const flags = { listen, listenTokenFile: file('token'), listenCert: file('cert'), listenKey: file('key') };
  expect(readListenFlags(flags)?.tls?.certificate()).toMatchObject({
    cert: expect.stringContaining('BEGIN CERTIFICATE'),
  });
});

test.each([
  { name: 'no token', flags: {}, says: '--listen needs --listen-tokens or --listen-token-file' },
  { name: 'tokens that can be guessed', flags: { tokens: 'short-tokens' }, says: 'at least 16 characters for "web"' },
  { name: 'one token for two', flags: { tokens: 'same-tokens' }, says: 'shop and web have the same token' },
  { name: 'no tokens', flags: { tokens: 'no-tokens' }, says: /expected an object of JSON in .*no-tokens/ },
  { name: 'tokens that are no JSON', flags: { tokens: 'token' }, says: /^(?!.*sixteen).*expected an object of JSON/ },
  { name: 'a file that is not there', flags: { token: 'nowhere' }, says: /nowhere cannot be read \(ENOENT\)/ },
  { name: 'a token that can be guessed', flags: { token: 'short' }, says: 'at least 16 characters' },
  { name: 'a certificate alone', flags: { token: 'token', cert: 'cert' }, says: 'go together' },
  { name: 'a key alone', flags: { token: 'token', key: 'key' }, says: 'go together' },
  {
    name: 'the key of another certificate',
    flags: { token: 'token', cert: 'cert', key: 'other-key' },
    says: '--listen-cert, --listen-key: ',
  },
  { name: 'what is no certificate', flags: { token: 'token', cert: 'token', key: 'key' }, says: '--listen-cert' },
  { name: 'no such certificate', flags: { token: 'token', cert: 'none', key: 'key' }, says: /--listen-cert: .*ENOENT/ },
])(
  'refused: $name',
  ({
    flags,
    says,
  }: {
    flags: { token?: string; tokens?: string; cert?: string; key?: string };
    says: string | RegExp;
  }) => {
    const read = () =>
      readListenFlags({
        listen,
        ...(flags.token && { listenTokenFile: file(flags.token) }),
        ...(flags.tokens && { listenTokens: file(flags.tokens) }),
        ...(flags.cert && { listenCert: file(flags.cert) }),
        ...(flags.key && { listenKey: file(flags.key) }),
      });
    expect(read).toThrow(says);
  },
);
