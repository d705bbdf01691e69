import { expect, test } from 'vitest';
import { formatHostPort, parseHostPort } from '../../lib/model/host-port.ts';

test.each([
  { text: '127.0.0.1:8090', address: { host: '127.0.0.1', port: 8090 } },
  { text: 'pages.corp:1', address: { host: 'pages.corp', port: 1 } },
  { text: ':65535', address: { port: 65_535 } },
  { text: '[::1]:0', address: { host: '::1', port: 0 } },
])('$text is an address, and is written like this', ({ text, address }) => {
  expect(parseHostPort(text)).toEqual(address);
  expect(formatHostPort(address)).toBe(text);
});

test.each(['', '8090', 'host', 'host:', ':65536', '::1:80', '[::1]', 'host:80x'])('"%s" is none', (text) => {
  expect(parseHostPort(text)).toBeUndefined();
});
