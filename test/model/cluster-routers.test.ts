import { describe, expect, test } from 'vitest';
import { apiVersionsOf, parseClusterRouter, routedKindsOf } from '../../lib/model/cluster-routers.ts';
import { ROUTER_ROWS, type RouterRow } from '../../lib/model/router-rows.ts';

describe('a router as it is written on a command line', () => {
  test.each([
    { text: 'istio', want: { istio: {} } },
    {
      text: 'istio=networking.istio.io/v1',
      want: { istio: { apiVersion: 'networking.istio.io/v1' } },
    },
    { text: 'Istio', want: { problem: expect.stringMatching(/^one of istio, nginx/) } },
    { text: 'toString', want: { problem: expect.stringMatching(/^one of istio, nginx/) } },
    { text: '', want: { problem: expect.stringMatching(/^one of istio, nginx/) } },
    {
      text: 'istio=v1',
      want: {
        problem: 'istio= and one of networking.istio.io/v1alpha3, networking.istio.io/v1beta1, networking.istio.io/v1',
      },
    },
    { text: 'nginx=', want: { problem: 'nginx= and one of networking.k8s.io/v1' } },
  ])('"$text"', ({ text, want }) => {
    expect(parseClusterRouter(text)).toEqual(want);
  });
});

describe('where the kinds of routers stand', () => {
  test('all kinds of the API that is chosen go along', () => {
    const apiVersion = 'networking.istio.io/v1';
    expect(apiVersionsOf({ istio: { apiVersion }, nginx: {} })).toEqual({
      VirtualService: apiVersion,
      DestinationRule: apiVersion,
    });
  });

  test('nothing is said of what stands where it always does', () => {
    expect(apiVersionsOf()).toEqual({});
    expect(apiVersionsOf({ istio: {}, traefik: { apiVersion: 'traefik.io/v1alpha1' } })).toEqual({});
  });

  test('what no router of the cluster writes is not among its kinds', () => {
    expect(routedKindsOf({ istio: {} })).toEqual(['VirtualService', 'DestinationRule']);
    expect(routedKindsOf()).toEqual([]);
  });
});

test('routers that share a kind agree on where it stands', () => {
  const types = new Map<string, string>();
  for (const { resources } of Object.values<RouterRow>(ROUTER_ROWS)) {
    for (const [kind, { type }] of Object.entries(resources)) {
      const text = JSON.stringify(type);
      expect(types.get(kind) ?? text).toBe(text);
      types.set(kind, text);
    }
  }
});
