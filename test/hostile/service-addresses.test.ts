import { expect, test } from 'vitest';
import { redirectPath, routeRequest } from '../../lib/clusters/api/addresses.ts';
import { AssayError } from '../../lib/model/errors.ts';

// However a path is written, what the API server makes of it stays within the Service.

const SERVICE = 'http://web.shop.svc:9090';
const ROOT = '/api/v1/namespaces/shop/services/http:web:9090/proxy';

const PATHS = [
  '/..',
  '/../../x',
  '/..%2f..%2f..%2fsecrets',
  '/%2e%2e/%2e%2e/x',
  '/%2E%2e%2Fx',
  '/.%2e/x',
  '/%2e./x',
  '/..%5c..%5cx',
  '/..;/x',
  '/%252e%252e%252fx',
  '/..%252fx',
  '/a/..%00/x',
  '/%c0%ae%c0%ae/x',
  '/．．/x',
  '/%2e%2e%3f/x',
  '/x?../../secrets',
  '/x#/../../y',
  '//x',
  '/\\..\\..\\x',
  '/\t..\t/x',
  '/..\n/x',
  '/%2e%2e%23',
  '/%2e%2e%ff',
  '/..%u2215x',
];

/** What a server makes of a path that decodes it once and takes the dots away, whichever slashes it knows. */
function cleaned(path: string): string {
  const [raw = ''] = path.split('?');
  const decoded = raw.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const shown = decoded.replaceAll('\\', '/').replaceAll('?', '%3f').replaceAll('#', '%23');
  return new URL(`http://x${shown}`).pathname;
}

const WITHIN = new RegExp(`^(?:refused$|${ROOT}(?:/|$))`);

function ledTo(path: string): string {
  try {
    const route = routeRequest({ url: SERVICE + path }, 'proxy');
    return route.via === 'proxy' ? cleaned(route.path) : route.via;
  } catch (error) {
    return error instanceof AssayError ? 'refused' : String(error);
  }
}

test.each(PATHS)('a path such as %j does not leave its Service', (path) => {
  expect(ledTo(path)).toMatch(WITHIN);
});

test.each(PATHS)('nor does a redirect to %j', (path) => {
  const led = redirectPath(ROOT + path, `${ROOT}/a/b`, ROOT, 'https://api.example.com:6443');
  expect(led === undefined ? 'refused' : cleaned(led)).toMatch(WITHIN);
});

test.each([
  ['Impersonate-User', 'admin'],
  ['Impersonate-User ', 'admin'],
  ['X-Remote-User', 'admin'],
  ['X\r\nImpersonate-User', 'admin'],
  ['X', 'a\r\nImpersonate-User: admin'],
  ['Authorization', 'Bearer x'],
  ['', 'x'],
])('the header %j: %j is refused', (name, value) => {
  expect(() => routeRequest({ url: SERVICE, headers: [[name, value]] }, 'proxy')).toThrow(AssayError);
});

test.each(['constructor', '__proto__', 'tostring'])('a header called %s has its own value', (name) => {
  const route = routeRequest({ url: SERVICE, headers: [[name, 'x']] }, 'proxy');
  expect(JSON.stringify(route)).toContain(`"${name}":"x"`);
});
