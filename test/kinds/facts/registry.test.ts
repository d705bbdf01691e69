import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXPERIMENT } from '../../../lib/kinds/facts/experiment.ts';
import { factsFor, FACTS, ownedOf, ownerOf, ownerToTell } from '../../../lib/kinds/facts/registry.ts';
import { KINDS } from '../../../lib/kinds/registry.ts';
import type { KubernetesObject, OwnerReference } from '../../../lib/model/kubernetes.ts';
import { RESOURCES, type ResourceKind } from '../../../lib/model/resources.ts';
import { scopesOf } from '../../../lib/runtime/scopes.ts';
import { anExperiment, aRun } from '../../builders.ts';

const ARGO = 'argoproj.io/v1alpha1';
const experiment = { apiVersion: ARGO, kind: 'Experiment', name: 'compare', uid: 'e1', controller: true };
const run = { apiVersion: ARGO, kind: 'AnalysisRun', name: 'guestbook', uid: 'r1', controller: true };
const other = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd1' };

function owned(kind: ResourceKind, ownerReferences: readonly OwnerReference[], status?: unknown): KubernetesObject {
  const { apiVersion } = RESOURCES[kind];
  const object = { apiVersion, kind, metadata: { namespace: 'shop', name: 'owned', uid: 'o1', ownerReferences } };
  return Object.assign(object, status === undefined ? {} : { status });
}

test('each kind has facts, and each of the facts a kind', async () => {
  const kinds = await Promise.all(KINDS.map(async ({ load }) => load()));
  expect(kinds.map(({ facts }) => facts)).toEqual([...FACTS]);
});

test('no kind is watched twice, and kinds that own the same select it by the same labels', () => {
  const watched = scopesOf({}).map(({ kind }) => kind);
  expect(watched).toHaveLength(new Set(watched).size);
  for (const { kind, labelSelector } of ownedOf()) {
    const selectors = FACTS.flatMap(({ owns }) => owns.filter((each) => each.kind === kind));
    expect(selectors.map((each) => each.labelSelector)).toEqual(selectors.map(() => labelSelector));
  }
});

test('what no label selects is looked after itself', () => {
  const kinds: ReadonlySet<string> = new Set(FACTS.map(({ kind }) => kind));
  for (const { kind, labelSelector } of ownedOf()) expect(labelSelector !== undefined || kinds.has(kind)).toBe(true);
});

describe('the owner of an object', () => {
  test.each([
    { name: 'its controller', references: [other, experiment], want: 'e1' },
    { name: 'nobody, without owners', references: [], want: undefined },
    { name: 'nobody, where the owner is no controller', references: [{ ...run, controller: false }], want: undefined },
    {
      name: 'nobody, where another one is',
      references: [run, { ...other, controller: true }].toReversed(),
      want: undefined,
    },
    { name: 'nobody of another API group', references: [{ ...run, apiVersion: 'example.com/v1' }], want: undefined },
    { name: 'nobody of another version', references: [{ ...run, apiVersion: 'argoproj.io/v1' }], want: undefined },
    { name: 'nobody of a kind that has no steps', references: [{ ...run, kind: 'Rollouts' }], want: undefined },
  ])('$name', ({ references, want }) => {
    expect(ownerOf('c1', owned('Job', references))?.uid).toBe(want);
  });

  test('is in the namespace of the object; where that says none, in the one that is given', () => {
    const { metadata, ...rest } = owned('Job', [run]);
    const { namespace: _, ...nowhere } = metadata;
    const ref = { cluster: 'c1', kind: 'AnalysisRun', name: 'guestbook', uid: 'r1' };
    expect(ownerOf('c1', { ...rest, metadata }, FACTS, 'else')).toEqual({ ...ref, namespace: 'shop' });
    expect(ownerOf('c1', { ...rest, metadata: nowhere }, FACTS, 'else')).toEqual({ ...ref, namespace: 'else' });
  });
});

describe('news for the owner', () => {
  const over = { conditions: [{ type: 'Complete', status: 'True' }] };
  const job = owned('Job', [run]);
  const replicaSet = owned('ReplicaSet', [experiment], { replicas: 1 });
  const pending = owned('AnalysisRun', [experiment]);
  const running = owned('AnalysisRun', [experiment], { phase: 'Running' });

  test.each<{
    name: string;
    object: KubernetesObject;
    previous?: KubernetesObject;
    isDeleted?: boolean;
    want: boolean;
  }>([
    { name: 'a Job that is over', object: owned('Job', [run], over), previous: job, want: true },
    { name: 'a Job that was over before anybody looked', object: owned('Job', [run], over), want: true },
    { name: 'a Job that goes on', object: owned('Job', [run], { active: 1 }), previous: job, want: false },
    {
      name: 'a Job that is not over any more',
      object: owned('Job', [run], { conditions: [{ type: 'Failed', status: 'False' }] }),
      previous: job,
      want: false,
    },
    { name: 'any change of a ReplicaSet', object: replicaSet, previous: replicaSet, want: true },
    { name: 'a ReplicaSet that is deleted', object: replicaSet, previous: replicaSet, isDeleted: true, want: true },
    { name: 'not a ReplicaSet that nobody knew', object: replicaSet, want: false },
    { name: 'another phase of a run', object: running, previous: pending, want: true },
    { name: 'not a run that stays in its phase', object: running, previous: running, want: false },
    { name: 'a run that is deleted', object: running, previous: running, isDeleted: true, want: true },
    { name: 'not a run that nobody knew', object: running, want: false },
    { name: 'not a Job of an experiment', object: owned('Job', [experiment], over), want: false },
    {
      name: 'not what another API group owns',
      object: owned('Job', [{ ...run, apiVersion: 'v1' }], over),
      want: false,
    },
  ])('$name', ({ object, previous, isDeleted = false, want }) => {
    expect(ownerToTell('c1', object, previous, isDeleted) !== undefined).toBe(want);
  });

  test('a run that nobody owns tells nobody', () => {
    const ended = aRun({ status: { phase: 'Failed' } });
    expect(ownerToTell('c1', ended, aRun(), false)).toBeUndefined();
  });
});

interface Webhook {
  readonly rules: readonly {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly operations: string[];
  }[];
  readonly objectSelector?: {
    readonly matchExpressions: readonly { readonly key: string; readonly operator: string }[];
  };
}

/** What the rules of a file say of a kind, or of a part of its objects. */
function rulesOf(file: string) {
  const { webhooks } = parse(readFileSync(`infra/cluster/${file}`, 'utf8')) as {
    readonly webhooks: readonly Webhook[];
  };
  const rules = webhooks.flatMap(({ rules: each, objectSelector }) =>
    each.map((rule) => ({ ...rule, objectSelector })),
  );
  return (kind: ResourceKind, suffix = '') =>
    rules.filter(({ apiGroups, resources }) => {
      const group = RESOURCES[kind].apiVersion.split('/').at(-2) ?? '';
      return apiGroups.includes(group) && resources.includes(`${RESOURCES[kind].plural}${suffix}`);
    });
}

describe('infra/cluster/webhook-configuration.yaml', () => {
  const find = rulesOf('webhook-configuration.yaml');

  test.each(FACTS.map(({ kind }) => kind))('%s: comes, changes and goes', (kind) => {
    expect(find(kind)).toMatchObject([{ operations: ['CREATE', 'UPDATE', 'DELETE'] }]);
  });

  test.each(ownedOf().filter(({ labelSelector }) => labelSelector !== undefined))(
    'the status of each $kind that is owned',
    ({ kind, labelSelector }) => {
      const objectSelector = { matchExpressions: [{ key: labelSelector, operator: 'Exists' }] };
      expect(find(kind, '/status')).toMatchObject([{ operations: ['UPDATE'], objectSelector }]);
    },
  );

  test.each([...new Set(FACTS.flatMap(({ reads }) => reads))])('%s: is warned of', (kind) => {
    expect(find(kind)).toMatchObject([{ operations: ['CREATE', 'UPDATE'] }]);
  });
});

describe('infra/cluster/webhook-rollouts.yaml', () => {
  const find = rulesOf('webhook-rollouts.yaml');
  const wanted = factsFor({ rollouts: true }).filter((facts) => !FACTS.includes(facts));

  test.each(wanted.map(({ kind }) => kind))(
    '%s: comes, changes and goes; is asked for something; is scaled',
    (kind) => {
      expect(find(kind)).toMatchObject([{ operations: ['CREATE', 'UPDATE', 'DELETE'] }]);
      expect(find(kind, '/status')).toMatchObject([{ operations: ['UPDATE'] }]);
      expect(find(kind, '/scale')).toMatchObject([{ operations: ['UPDATE'] }]);
    },
  );

  // Runs and experiments tell of themselves, and their steps tell those who own them.
  test.each(ownedOf(wanted).filter(({ labelSelector }) => labelSelector !== undefined))(
    'the status of each $kind that is owned',
    ({ kind, labelSelector }) => {
      const objectSelector = { matchExpressions: [{ key: labelSelector, operator: 'Exists' }] };
      expect(find(kind, '/status')).toMatchObject([{ operations: ['UPDATE'], objectSelector }]);
    },
  );
});

test('experiments name the Services before their pods, so that one that goes is made anew at once', () => {
  const [services] = EXPERIMENT.names ?? [];
  const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  const templateStatuses = [
    { name: 'a', serviceName: 'compare-a', ...counts },
    { name: 'b', ...counts },
  ];
  expect(services?.kind).toBe('Service');
  expect(services?.namesIn(anExperiment({ status: { templateStatuses } }))).toEqual(['compare-a']);
  expect(services?.namesIn(anExperiment())).toEqual([]);
});
