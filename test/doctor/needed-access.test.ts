import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { subjectOf } from '../../lib/doctor/check-rights.ts';
import { factsFor } from '../../lib/kinds/facts/registry.ts';
import { neededVerbs } from '../../lib/doctor/needed-access.ts';

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
