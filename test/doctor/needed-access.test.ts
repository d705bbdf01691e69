import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Access, Inspection } from '../../lib/clusters/api/inspect.ts';
import { checkRights, subjectOf } from '../../lib/doctor/check-rights.ts';
import { factsFor } from '../../lib/kinds/facts/registry.ts';
import { neededVerbs } from '../../lib/doctor/needed-access.ts';
import type { ClusterRouters } from '../../lib/model/cluster-routers.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** `verb resource.group`, for all that a file of infra/cluster allows. */
function allowedBy(file: string): string[] {
  const documents = parseAllDocuments(readFileSync(`infra/cluster/${file}`, 'utf8')).map(
    (document) => document.toJS() as { readonly rules?: readonly Rule[] },
  );
  const rules = documents.flatMap(({ rules: found = [] }) => found);
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => subjectOf({ group, resource, verb }))),
    ),
  );
}

it('is what infra/cluster/rbac.yaml allows, no more and no less', () => {
  expect(neededVerbs({ addressMode: 'proxy' }).map(subjectOf).toSorted()).toEqual(allowedBy('rbac.yaml').toSorted());
});

it('is, for Rollouts, what infra/cluster/rbac-rollouts.yaml allows beside it', () => {
  const needed = neededVerbs({ addressMode: 'proxy', facts: factsFor({ rollouts: true }) }).map(subjectOf);
  expect(needed.toSorted()).toEqual([...allowedBy('rbac.yaml'), ...allowedBy('rbac-rollouts.yaml')].toSorted());
});

const rights = (routers: ClusterRouters) =>
  neededVerbs({ addressMode: 'proxy', facts: factsFor({ rollouts: true }), routers }).map(subjectOf);

describe('of traffic routers', () => {
  const withoutAny = rights({});
  const more = (routers: ClusterRouters) => rights(routers).filter((right) => !withoutAny.includes(right));

  it('is nothing, where the cluster has none', () => {
    expect(more({})).toEqual([]);
  });

  it('is what the routers of the cluster take, to be followed too, and nothing of others', () => {
    expect(more({ nginx: {}, istio: {} }).toSorted()).toEqual([
      'create ingresses.networking.k8s.io',
      'get destinationrules.networking.istio.io',
      'get ingresses.networking.k8s.io',
      'get virtualservices.networking.istio.io',
      'list destinationrules.networking.istio.io',
      'list ingresses.networking.k8s.io',
      'list virtualservices.networking.istio.io',
      'patch destinationrules.networking.istio.io',
      'patch ingresses.networking.k8s.io',
      'patch virtualservices.networking.istio.io',
      'watch destinationrules.networking.istio.io',
      'watch ingresses.networking.k8s.io',
      'watch virtualservices.networking.istio.io',
    ]);
  });

  it('is of the API that is chosen', () => {
    expect(more({ traefik: { apiVersion: 'traefik.containo.us/v1alpha1' } })).toContain(
      'patch traefikservices.traefik.containo.us',
    );
  });

  it.each([
    { denied: 'patch virtualservices.networking.istio.io', status: 'fail', role: 'assay-router-istio' },
    { denied: 'watch virtualservices.networking.istio.io', status: 'warn', role: 'assay-router-istio' },
    { denied: 'patch services', status: 'fail', role: 'assay-rollouts' },
    { denied: 'create jobs.batch', status: 'fail', role: 'assay' },
  ])('$denied is named with its role where it is missing', async ({ denied, status, role }) => {
    const inspection = { mayI: async (access: Access) => subjectOf(access) !== denied } as Inspection;
    const results = await checkRights(inspection, {
      identity: undefined,
      addressMode: 'proxy',
      rollouts: true,
      routers: { istio: {} },
    });
    const bad = results.filter((result) => result.status !== 'ok');
    expect(bad).toMatchObject([{ subject: denied, status }]);
    expect(bad[0]).toHaveProperty('mend', expect.stringContaining(`--clusterrole=${role} `));
  });

  it('are not asked for where Rollouts are not looked after', async () => {
    const inspection = { mayI: async () => true } as unknown as Inspection;
    const options = { identity: undefined, addressMode: 'proxy' } as const;
    expect(await checkRights(inspection, { ...options, routers: { istio: {} } })).toEqual(
      await checkRights(inspection, options),
    );
  });
});

const proxied = (addressMode: 'proxy' | 'direct' | 'deny') =>
  neededVerbs({ addressMode }).filter(({ resource }) => resource === 'services/proxy').length;

it('leaves the service proxy out where it is not used', () => {
  expect([proxied('proxy'), proxied('direct'), proxied('deny')]).toEqual([3, 0, 0]);
});

it('asks in one namespace for what belongs to namespaces', () => {
  const apart = neededVerbs({ namespace: 'shop', addressMode: 'proxy' }).filter(
    ({ namespace }) => namespace !== 'shop',
  );
  expect(new Set(apart.map(({ resource }) => resource))).toEqual(new Set(['clusteranalysistemplates']));
});
