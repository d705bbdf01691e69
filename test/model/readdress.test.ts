import { expect, test } from 'vitest';
import { parseReaddressing, readdress } from '../../lib/model/readdress.ts';

const PROMETHEUS = 'http://prometheus.monitoring:9090/api/v1/query?query=up';

test.each([
  {
    rule: 'a host for a host',
    pair: 'prometheus.monitoring=localhost',
    url: PROMETHEUS,
    want: 'http://localhost:9090/api/v1/query?query=up',
  },
  {
    rule: 'host and port',
    pair: 'prometheus.monitoring:9090=127.0.0.1:9191',
    url: PROMETHEUS,
    want: 'http://127.0.0.1:9191/api/v1/query?query=up',
  },
  {
    rule: 'whole addresses',
    pair: 'http://prometheus.monitoring:9090=http://[::1]:9191/',
    url: PROMETHEUS,
    want: 'http://[::1]:9191/api/v1/query?query=up',
  },
  {
    rule: 'a standard port that is not written',
    pair: 'shop.example:80=localhost:8080',
    url: 'http://shop.example/ok',
    want: 'http://localhost:8080/ok',
  },
  {
    rule: 'another scheme, and its own port',
    pair: 'shop.example=https://shop.test',
    url: 'http://shop.example:8080/ok',
    want: 'https://shop.test/ok',
  },
  {
    rule: 'a path before',
    pair: 'http://shop.example=http://localhost:8080/base/',
    url: 'http://shop.example/ok?a',
    want: 'http://localhost:8080/base/ok?a',
  },
  {
    rule: 'a path that goes',
    pair: 'http://shop.example/api=http://localhost:8080',
    url: 'http://shop.example/api/ok',
    want: 'http://localhost:8080/ok',
  },
  {
    rule: 'another port is another server',
    pair: 'prometheus.monitoring:9091=localhost',
    url: PROMETHEUS,
    want: PROMETHEUS,
  },
  {
    rule: 'another scheme, too',
    pair: 'https://prometheus.monitoring:9090=localhost',
    url: PROMETHEUS,
    want: PROMETHEUS,
  },
  {
    rule: 'a scheme without a port means its own',
    pair: 'http://prometheus.monitoring=localhost',
    url: PROMETHEUS,
    want: PROMETHEUS,
  },
  { rule: 'a name that only begins so', pair: 'prometheus=localhost', url: PROMETHEUS, want: PROMETHEUS },
  {
    rule: 'a path that only begins so',
    pair: 'http://shop.example/api=http://localhost',
    url: 'http://shop.example/apis',
    want: 'http://shop.example/apis',
  },
  { rule: 'what is no URL', pair: 'a=b', url: 'a', want: 'a' },
])('$rule', ({ pair, url, want }) => {
  const rule = parseReaddressing(pair);
  expect(rule).toBeDefined();
  expect(readdress(url, rule ? [rule] : [])).toBe(want);
});

test.each(['', 'a', '=b', 'a=', 'a=http://u:p@b', 'a b=c'])('%j is none', (text) => {
  expect(parseReaddressing(text)).toBeUndefined();
});

test('the first that is about a URL counts', () => {
  const all = [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'c' },
  ];
  expect(readdress('http://a/', all)).toBe('http://b/');
});
