import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactMeasured } from '../../lib/analysis/redact.ts';
import { anyCharacter } from '../any-character.ts';

const SECRET = 'S3cr"et\\/päss w&rd%+<€>\n';
const form = (text: string) => new URLSearchParams({ q: text }).toString().slice(2);
const percent = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a secret is masked', () => {
  test.each<[name: string, write: (secret: string) => string]>([
    ['as it stands', (secret) => secret],
    ['escaped for JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
    ['escaped for JSON twice', (secret) => JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
    [
      'as Go has it in JSON',
      (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('<', '\\u003c').replaceAll('&', '\\u0026'),
    ],
    [
      'as Go quotes it in ASCII',
      (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('ä', '\\u00e4').replaceAll('€', '\\u20AC'),
    ],
    ['as PHP escapes slashes', (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
    ['with encodeURI', encodeURI],
    ['with encodeURIComponent', encodeURIComponent],
    ['encoded in lower case', (secret) => encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase())],
    ['encoded byte by byte', percent],
    ['encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
    ['encoded as a form', form],
    [
      'as a path has it',
      (secret) => new URL(`http://a/${secret.replaceAll(/[\\\n]/g, (c) => encodeURIComponent(c))}`).pathname.slice(1),
    ],
    [
      'as HTML',
      (secret) =>
        secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;'),
    ],
    ['in Latin-1', (secret) => Buffer.from(secret).toString('latin1')],
    ['without its line break', (secret) => secret.trim()],
  ])('%s', (_name, write) => {
    const masked = redact(`before ${write(SECRET)} after`, [SECRET]);
    expect(masked).toMatch(/^before \*{5}(?:\\+n|%(?:25)*0[aA]|\n)? after$/);
  });

  test.each([
    ['query', (secret: string) => new URL(`http://a/?t=${secret}`).search.slice(3)],
    ['path', (secret: string) => new URL(`http://a/${secret}`).pathname.slice(1)],
  ])('as the %s of an address has it, without its tabs and line breaks', (_name, write) => {
    const secret = 'S3cr"Xy\\98\t7\nZZy';
    expect(redact(`before ${write(secret)} after`, [secret])).toBe('before ***** after');
  });

  test.each(['', 'u', 'us', 'user:', 'user::'])('in base64 behind %j, in both alphabets', (before) => {
    const secret = 'pass~?>word-ÿÿÿ';
    for (const after of ['', ':', ':and more']) {
      for (const encode of [base64, (text: string) => Buffer.from(text).toString('base64url')]) {
        const encoded = encode(before + secret + after);
        const masked = redact(`Basic ${encoded} sent`, [secret]);
        expect(masked).toContain('*****');
        // What is left decodes to nothing of it.
        const rest = masked.slice('Basic '.length, -' sent'.length).split('*****');
        for (const part of rest) expect(encode(secret).includes(part) && part.length > 3).toBe(false);
        expect(rest.join('').length).toBeLessThanOrEqual(encode(before).length + encode(after).length);
      }
    }
  });

  test('line by line, where it has several', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADAN\r\n  Bgkqhkig  \nab\n-----END KEY-----\n';
    expect(redact('at MIIEvQIBADAN and Bgkqhkig, not ab', [key])).toBe('at ***** and *****, not ab');
  });

  test('the longest first: one within another leaves nothing behind', () => {
    expect(redact('abcd ab', ['ab', 'abcd'])).toBe('***** *****');
  });

  test.each([
    [
      'found <, error found in #1 byte of ...|<html>super|..., bigger context ...|<html>super-secret</html>|...',
      'begins',
    ],
    ['found x, error found in #10 byte of ...|cret"}x|..., bigger context ...|"super-secret"}x|...', 'ends'],
    [
      'found <, error found in #1 byte of ...|<html>super%2ds|..., bigger context ...|<html>super%2dsecret|...',
      'encoded',
    ],
  ])('also where an excerpt within a text cuts it: %s', (text) => {
    const masked = redact(text, ['super-secret']);
    expect(masked).not.toMatch(/super|cret/);
    expect(masked).toContain('error found in #');
  });

  test.each(['super-secret', 'super-sec', 'super-'])('also where the text was cut: …%s', (left) => {
    expect(redact(`said ${left}…`, ['super-secret'])).toBe('said *****…');
    expect(redact(`said ${left}`, ['super-secret'])).toBe('said *****');
  });

  test('where its encoding was cut', () => {
    expect(redact('said super%2Fse…', ['super/secret'])).toBe('said *****…');
  });

  test('wherever it stands in a text', () => {
    const anySecret = fc
      .string({ minLength: 4, maxLength: 40, unit: anyCharacter })
      .filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(anySecret, fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(secret.isWellFormed() && !/^\*|\*$/.test(secret));
        const writings = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), form(secret)];
        for (const written of writings) {
          fc.pre(!before.includes(written) && !after.includes(written));
          expect(redact(`${before}<<${written}>>${after}`, [secret])).not.toContain(`<<${written}>>`);
        }
      }),
    );
  });
});

describe('nothing else is', () => {
  test.each([
    ['without secrets', 'a text', []],
    ['an empty secret', 'a text', ['']],
    ['what merely begins alike', 'super-market', ['super-secret']],
    ['short beginnings at the end', 'it is super', ['super-secret']],
    ['a word at the end that a long secret begins with', 'production', ['production-token-of-the-shop']],
  ])('%s', (_name, text, secrets) => expect(redact(text, secrets)).toBe(text));

  test.each([
    ['81', '0.81', '0.*****', '0.81'],
    ['8080', 'port 8080', 'port *****', 'port 8080'],
    ['123456', 'pin 123456', 'pin *****', 'pin *****'],
    ['word', 'a word', 'a *****', 'a *****'],
  ])('of %s in what was measured: %s', (secret, text, message, value) => {
    expect([redact(text, [secret]), redactMeasured(text, [secret])]).toEqual([message, value]);
  });
});

describe('long ones', () => {
  test('beyond 16,384 characters all is masked, and no secret shows where that begins', () => {
    const secret = 'super-secret-'.repeat(20);
    const texts = Array.from({ length: 300 }, (_, at) => `${'x'.repeat(16_100 + at)}${secret}${'y'.repeat(1_000)}`);
    for (const text of texts) {
      const masked = redact(text, [secret]);
      expect(masked).toMatch(/^x+(?:su?p?)?\*+y*\*+$/);
      expect(masked).not.toContain('super-');
    }
  });

  test('a secret of thousands of characters is masked in its encodings, too', () => {
    const secret = `"${'0123456789'.repeat(500)}`;
    for (const written of [secret, JSON.stringify(secret), base64(secret)]) {
      expect(redact(`a ${written} b`, [secret]).replaceAll('"', '')).toBe('a ***** b');
    }
  });

  test('rows of backslashes and of like characters end', () => {
    for (const row of ['\\', 'a', '%', '"', '\\"', '&']) {
      const secret = `${row.repeat(900)}!`;
      expect(redact(row.repeat(20_000), [secret])).toMatch(/\*{5}$/);
    }
  });
});
