import { describe, expect, it } from 'vitest';
import { parseServiceAddress, redirectPath, routeRequest } from '../../../lib/clusters/api/addresses.ts';
import { codeOf } from '../../contract/cluster-fixtures.ts';

describe('parseServiceAddress', () => {
  it.each([
    {
      url: 'http://prometheus.istio-system.svc:9090/api/v1/query?query=up',
      want: 'http prometheus istio-system 9090 /api/v1/query?query=up',
    },
    { url: 'http://prometheus.istio-system.svc.cluster.local:9090', want: 'http prometheus istio-system 9090 /' },
    { url: 'http://prometheus.istio-system.svc.cluster.local.:9090/', want: 'http prometheus istio-system 9090 /' },
    { url: 'http://web.shop.svc/health', want: 'http web shop 80 /health' },
    { url: 'https://web.shop.svc/health', want: 'https web shop 443 /health' },
    { url: 'HTTPS://Web.Shop.SVC:8443', want: 'https web shop 8443 /' },
    { url: 'http://web.shop.svc/a%2Fb?q=%20+', want: 'http web shop 80 /a%2Fb?q=%20+' },
    { url: 'http://web.shop.svc/../../secrets', want: 'http web shop 80 /secrets' },
    { url: 'http://prometheus.istio-system:9090', want: undefined },
    { url: 'http://prometheus', want: undefined },
    { url: 'http://pod-0.web.shop.svc', want: undefined },
    { url: 'http://web.shop.svc.example.com', want: undefined },
    { url: 'http://web.shop.svcs', want: undefined },
    { url: 'http://-web.shop.svc', want: undefined },
    { url: 'ftp://web.shop.svc', want: undefined },
    { url: 'web.shop.svc', want: undefined },
    { url: '', want: undefined },
  ])('$url', ({ url, want }) => {
    const address = parseServiceAddress(url);
    const { scheme, service, namespace, port, path } = address ?? {};
    expect(address && `${scheme} ${service} ${namespace} ${port} ${path}`).toBe(want);
  });
});

describe('routeRequest', () => {
  const url = 'http://web.shop.svc:8080/a?b=c';
  const root = '/api/v1/namespaces/shop/services/http:web:8080/proxy';

  it('leads through the service proxy, with path and query', () => {
    expect(routeRequest({ url }, 'proxy')).toStrictEqual({ via: 'proxy', root, path: `${root}/a?b=c`, headers: {} });
  });

  it('leaves other addresses, and mode direct, to the network', () => {
    expect(routeRequest({ url }, 'direct')).toStrictEqual({ via: 'network' });
    expect(routeRequest({ url: 'https://example.com' }, 'deny')).toStrictEqual({ via: 'network' });
    expect(routeRequest({ url: 'no url' }, 'proxy')).toStrictEqual({ via: 'network' });
  });

  it('sends on what the Service is meant to read, and nothing of the connection', () => {
    const headers = [
      ['X-Scope-OrgID', 'team'],
      ['Cookie', 'a=b'],
      ['X-Many', '1'],
      ['x-many', '2'],
      ['Connection', 'close'],
      ['Host', 'elsewhere'],
      ['Proxy-Authorization', 'Basic eA=='],
      ['Content-Length', '3'],
    ] as const;
    const route = routeRequest({ url, headers }, 'proxy');
    expect(route).toMatchObject({ headers: { 'x-scope-orgid': 'team', cookie: 'a=b', 'x-many': '1, 2' } });
    expect(Object.keys(route.via === 'proxy' ? route.headers : {})).toHaveLength(3);
  });

  it.each([
    { name: 'any in-cluster address in mode deny', mode: 'deny', want: 'ASSAY_ADDRESS_DENIED' },
    {
      name: 'a header that the API server keeps',
      headers: [['authorization', 'Bearer x']],
      want: 'ASSAY_ADDRESS_CREDENTIALS',
    },
    { name: 'credentials in the URL', url: 'http://user:secret@web.shop.svc', want: 'ASSAY_ADDRESS_CREDENTIALS' },
    { name: 'a header that would impersonate', headers: [['Impersonate-User', 'admin']], want: 'ASSAY_HTTP_INVALID' },
    { name: 'a header of trusted proxies', headers: [['X-Remote-Group', 'admins']], want: 'ASSAY_HTTP_INVALID' },
    {
      name: 'dots that the API server would decode',
      url: 'http://web.shop.svc/..%2f..%2fsecrets',
      want: 'ASSAY_HTTP_INVALID',
    },
    { name: 'the same in capitals', url: 'http://web.shop.svc/a%2F%2E%2e%5Cb', want: 'ASSAY_HTTP_INVALID' },
  ] as const)('refuses $name', async ({ want, mode = 'proxy' as const, headers = [], ...other }) => {
    const request = { url: 'url' in other ? other.url : url, headers };
    expect(await codeOf(Promise.resolve().then(() => routeRequest(request, mode)))).toBe(want);
  });

  describe('Services of other namespaces', () => {
    const query = 'http://prometheus.monitoring.svc:9090/api/v1/query';
    const web = { namespace: 'shop', provider: 'Web' };
    const prometheus = { namespace: 'shop', provider: 'Prometheus' };
    it.each([
      { name: 'its own', to: 'http://web.shop.svc:8080/any', from: web, isReached: true },
      { name: 'a query of Prometheus, anywhere', to: query, from: prometheus, isReached: true },
      {
        name: 'a query over a range, below a path',
        to: `${query.replace('/api', '/a/b/api')}_range?a=b`,
        from: prometheus,
        isReached: true,
      },
      {
        name: 'another path for a Prometheus metric, such as that of a token',
        to: query.replace('/api/v1/query', '/token'),
        from: prometheus,
        isReached: false,
      },
      {
        name: 'what merely looks like a query',
        to: 'http://a.monitoring.svc/x?/api/v1/query',
        from: prometheus,
        isReached: false,
      },
      { name: 'the same query for a web metric', to: query, from: web, isReached: false },
      { name: 'another namespace', to: 'http://db.vault.svc:8200/v1/secret', from: web, isReached: false },
      {
        name: 'what is listed',
        to: 'http://db.vault.svc:8200/',
        from: web,
        services: ['vault/db:8200'],
        isReached: true,
      },
      {
        name: 'another port than is listed',
        to: 'http://db.vault.svc:8201/',
        from: web,
        services: ['vault/db:8200'],
        isReached: false,
      },
      { name: 'any port', to: 'http://db.vault.svc/', from: web, services: ['vault/db'], isReached: true },
      { name: 'asterisks', to: 'http://db-1.vault.svc/', from: web, services: ['va*t/db-*:*'], isReached: true },
      {
        name: 'asterisks that do not fit',
        to: 'http://adb-1.vault.svc/',
        from: web,
        services: ['*/db-*'],
        isReached: false,
      },
      { name: 'all', to: 'http://db.vault.svc/', from: web, services: ['*/*'], isReached: true },
      { name: 'whatever the operator asks', to: 'http://db.vault.svc/', from: undefined, isReached: true },
    ])('$name: $isReached', ({ to, from, services = [], isReached }) => {
      let outcome = 'reached';
      try {
        routeRequest({ url: to, ...(from && { from }) }, 'proxy', services);
      } catch (error) {
        outcome = error instanceof Error ? error.message : '';
      }
      const refusal = /^in-cluster address .* is not for namespace shop: who runs Assay may add "/;
      expect(outcome).toMatch(isReached ? /^reached$/ : refusal);
    });

    it('are refused with the line to add', () => {
      expect(() => routeRequest({ url: 'http://db.vault.svc:8200/', from: web }, 'proxy', [])).toThrow(
        'in-cluster address db.vault.svc:8200 is not for namespace shop: who runs Assay may add "vault/db:8200" to ' +
          "services of the cluster's settings (assay serve --service vault/db:8200)",
      );
    });
  });

  it('takes headers by any name, and what is beyond ASCII as Go does', () => {
    const headers = [
      ['constructor', 'x'],
      ['X-Name', 'wörd'],
    ] as const;
    const route = routeRequest({ url, headers }, 'proxy');
    expect(route).toMatchObject({ headers: { constructor: 'x', 'x-name': Buffer.from('wörd').toString('latin1') } });
  });

  it.each([
    {
      headers: [['a b', 'c']],
      says: 'Get "http://web.shop.svc:8080/a?b=c": net/http: invalid header field name "a b"',
    },
    {
      headers: [['X-A', 'secret\n']],
      says: 'Get "http://web.shop.svc:8080/a?b=c": net/http: invalid header field value for "X-A"',
    },
  ] as const)('names the header that is none: $says', ({ headers, says }) => {
    expect(() => routeRequest({ url, headers }, 'proxy')).toThrow(
      expect.objectContaining({ code: 'ASSAY_HTTP_INVALID', message: says }),
    );
  });

  it('says nothing of the credentials', () => {
    expect(() => routeRequest({ url: 'http://user:secret@web.shop.svc' }, 'proxy')).toThrow(
      /^web\.shop\.svc is reached through the API server/,
    );
  });

  it('lets dots through that are no way up', () => {
    expect(routeRequest({ url: 'http://web.shop.svc/a..b/.c?d=../e' }, 'proxy')).toMatchObject({ via: 'proxy' });
  });
});

describe('redirectPath', () => {
  const base = 'https://api.example.com:6443';
  const root = '/api/v1/namespaces/shop/services/http:web:80/proxy';

  it.each([
    {
      name: 'a path that the API server has put its own in front of',
      location: `${root}/new?a=b`,
      want: `${root}/new?a=b`,
    },
    { name: 'the same with its address', location: `${base}${root}/new`, want: `${root}/new` },
    { name: 'a path beside the old one', location: 'sibling', want: `${root}/old/sibling` },
    { name: 'up, but within', location: '../up', want: `${root}/up` },
    { name: 'up and out', location: '../../../../../../../secrets', want: undefined },
    { name: 'out in disguise', location: `${root}/..%2f..%2fsecrets`, want: undefined },
    { name: 'another path of the API server', location: '/api/v1/secrets', want: undefined },
    { name: 'another Service', location: '/api/v1/namespaces/shop/services/http:other:80/proxy/', want: undefined },
    { name: 'another host', location: `https://evil.example.com${root}/new`, want: undefined },
    { name: 'another port', location: `https://api.example.com${root}/new`, want: undefined },
    { name: 'no address at all', location: 'http://', want: undefined },
  ])('$name', ({ location, want }) => {
    expect(redirectPath(location, `${root}/old/page`, root, base)).toBe(want);
  });
});
