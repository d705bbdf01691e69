import { describe, expect, it, test } from 'vitest';
import { isClusterName, methodOf, parseClusterSettings } from '../../lib/model/cluster-settings.ts';
import { AssayError } from '../../lib/model/errors.ts';
import { aClusterDocument } from '../builders.ts';

const parse = (document: unknown) => parseClusterSettings('shop', JSON.stringify(document));

function problemsOf(json: string): string {
  try {
    parseClusterSettings('shop', json);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_SETTINGS_INVALID') return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('parseClusterSettings', () => {
  it('fills in what is left out', () => {
    expect(parse(aClusterDocument())).toStrictEqual({
      ...aClusterDocument(),
      addressMode: 'proxy',
      services: [],
      shortServiceNames: true,
      allowedHosts: [],
      allowPrivateNetworks: false,
      limits: { concurrentSteps: 10, requestsPerSecond: 50 },
      disabled: false,
    });
    expect(parse(aClusterDocument({ limits: { concurrentSteps: 3 } })).limits).toStrictEqual({
      concurrentSteps: 3,
      requestsPerSecond: 50,
    });
  });

  it.each([
    { name: 'EKS', authentication: { eks: { clusterName: 'shop', region: 'eu-west-1' } }, method: 'eks' },
    {
      name: 'EKS by a role',
      authentication: {
        eks: {
          clusterName: 'shop',
          region: 'us-gov-west-1',
          roleArn: 'arn:aws-us-gov:iam::111122223333:role/assay/shop',
          externalId: 'x',
        },
      },
      method: 'eks',
    },
    { name: 'a token', authentication: { token: { secret: 'assay/prod/shop' } }, method: 'token' },
    { name: 'a field of a secret', authentication: { token: { secret: 'all-tokens#shop' } }, method: 'token' },
    {
      name: 'a client certificate',
      authentication: { clientCertificate: { secret: 'x' } },
      method: 'clientCertificate',
    },
    { name: 'a kubeconfig', authentication: { kubeconfig: { secret: 'x', context: 'shop' } }, method: 'kubeconfig' },
  ])('takes $name', ({ authentication, method }) => {
    expect(methodOf(parse(aClusterDocument({ authentication })).authentication)).toBe(method);
  });

  it('needs no endpoint where a kubeconfig has one', () => {
    expect(parse({ authentication: { kubeconfig: { secret: 'x' } } }).endpoint).toBeUndefined();
  });

  it.each([
    { name: 'no JSON', json: '{"endpoint": SECRET', says: 'settings of cluster shop: expected JSON' },
    { name: 'a list', json: '[]', says: 'expected an object, got a list' },
    {
      name: 'a slip in a name',
      document: { ...aClusterDocument(), adressMode: 'deny' },
      says: 'adressMode: unknown field "adressMode" (did you mean "addressMode"?)',
    },
    {
      name: 'a router that there is none of',
      document: { ...aClusterDocument(), routers: { istoi: {} } },
      says: 'routers.istoi: unknown field "istoi" (did you mean "istio"?)',
    },
    {
      name: 'a version that a router does not know',
      document: { ...aClusterDocument(), routers: { traefik: { apiVersion: 'v1' } } },
      says: 'routers.traefik.apiVersion: unknown word "v1"; known: traefik.io/v1alpha1, traefik.containo.us/v1alpha1',
    },
    {
      name: 'an unknown word',
      document: { ...aClusterDocument(), addressMode: 'prxy' },
      says: 'addressMode: unknown word "prxy" (did you mean "proxy"?); known: proxy, direct, deny',
    },
    {
      name: 'no way in',
      document: aClusterDocument({ authentication: {} }),
      says: 'authentication: expected one of eks, token, clientCertificate, kubeconfig, got none',
    },
    {
      name: 'two ways in',
      document: aClusterDocument({ authentication: { token: { secret: 'x' }, kubeconfig: { secret: 'x' } } }),
      says: 'got token and kubeconfig',
    },
    { name: 'no endpoint', document: { authentication: { token: { secret: 'x' } } }, says: 'endpoint: required, but' },
    {
      name: 'an endpoint that anybody can listen to',
      document: aClusterDocument({ endpoint: 'http://10.0.0.1' }),
      says: 'endpoint: expected an address such as https://10.0.0.1:6443',
    },
    {
      name: 'a CA that is none',
      document: aClusterDocument({ ca: '/etc/ca.pem' }),
      says: 'ca: expected a certificate in PEM, or that in base64, got "/etc/ca.pem"',
    },
    {
      name: 'a limit of nothing',
      document: aClusterDocument({ limits: { concurrentSteps: 0 } }),
      says: 'limits.concurrentSteps: expected a whole number from 1, got 0',
    },
    {
      name: 'a role that is none',
      document: aClusterDocument({ aws: { roleArn: 'assay' } }),
      says: 'aws.roleArn: expected the ARN of a role',
    },
  ])('says what is wrong with $name', ({ json, document, says }) => {
    const found = problemsOf(json ?? JSON.stringify(document));
    expect(found).toContain(says);
    expect(found).not.toContain('SECRET');
  });

  it('says all of it, and shows nothing of how to get in', () => {
    const token = 'eyJhbGciOi spaces';
    const found = problemsOf(
      JSON.stringify({ endpoint: 'x', namespace: 5, authentication: { token: { secret: token } } }),
    );
    for (const field of ['endpoint: ', 'namespace: ', 'authentication.token.secret: ']) expect(found).toContain(field);
    expect(found).not.toContain('eyJ');
  });
});

test.each([
  ['shop', true],
  ['prod-eu.west_1', true],
  ['a', true],
  ['', false],
  ['-shop', false],
  ['shop/eu', false],
  ['a'.repeat(63), true],
  ['a'.repeat(64), false],
])('%j is a name of a cluster: %s', (name, isOne) => {
  expect(isClusterName(name)).toBe(isOne);
});
