import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactMeasured } from '../../lib/analysis/redact.ts';

const SECRET = 'S3cr"X\\y é+/&<z>\n--second line--';

describe('a secret is masked however it is written', () => {
  test.each([
    { name: 'as it stands', text: SECRET },
    { name: 'in JSON', text: JSON.stringify({ a: SECRET }) },
    { name: 'in JSON within JSON', text: JSON.stringify(JSON.stringify({ a: SECRET })) },
    { name: 'as Go writes JSON', text: String.raw`S3cr\"X\\y é+/\u0026\u003cz\u003e\n--second line--` },
    { name: 'in a URL', text: `https://x/${encodeURI(SECRET)}` },
    { name: 'as part of a URL', text: `https://x/?k=${encodeURIComponent(SECRET)}` },
    { name: 'in a form', text: new URLSearchParams({ k: SECRET }).toString() },
    { name: 'in base64', text: Buffer.from(SECRET).toString('base64') },
    { name: 'in base64 for URLs', text: Buffer.from(SECRET).toString('base64url') },
    { name: 'in base64, behind a name', text: Buffer.from(`user:${SECRET}`).toString('base64') },
    { name: 'in base64, behind a longer name', text: Buffer.from(`users:${SECRET}:x`).toString('base64') },
    { name: 'its last line alone', text: 'at --second line-- of it' },
  ])('$name', ({ text }) => {
    const masked = redact(text, [SECRET]);
    expect(masked).toContain('*****');
    for (const part of ['S3cr', 'second line', Buffer.from('S3cr').toString('base64').slice(0, 5)]) {
      expect(masked).not.toContain(part);
    }
  });
});

test('a secret within another leaves nothing behind', () => {
  expect(redact('abcd ab', ['ab', 'abcd'])).toBe('***** *****');
});

test('whatever a secret is, nothing of six characters of it stays, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 6, maxLength: 40 }), fc.string(), (secret, around) => {
      const text = `${around} ${secret} ${JSON.stringify(secret)} ${encodeURIComponent(secret.toWellFormed())}`;
      expect(redactMeasured(text, [secret])).not.toContain(` ${secret} `);
    }),
  );
});

test('short secrets stay in what was measured', () => {
  expect([redact('0.81', ['81']), redactMeasured('0.81', ['81'])]).toEqual(['0.*****', '0.81']);
});
