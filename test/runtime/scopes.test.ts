import { describe, expect, test } from 'vitest';
import { FACTS } from '../../lib/kinds/facts/registry.ts';
import type { KindFacts } from '../../lib/model/kind-facts.ts';
import { type Looked, looksAfter, scopesOf } from '../../lib/runtime/scopes.ts';
import { aRun } from '../builders.ts';

const INSTANCE = 'argo-rollouts.argoproj.io/controller-instance-id';
const NONE = `!${INSTANCE}`;
const POD_HASH = 'rollouts-pod-template-hash';
const JOB_OWNER = 'analysisrun.argoproj.io/uid';

/** The kinds that nobody waits for, with their namespace. */
const optional = (looked: Looked) =>
  scopesOf(looked).flatMap(({ kind, isOptional, namespace }) => (isOptional ? [[kind, namespace]] : []));

describe('what is watched', () => {
  test('everywhere: what carries no instance, what it owns, whoever it is for, and all templates', () => {
    expect(scopesOf({})).toEqual([
      { kind: 'AnalysisRun', labelSelector: NONE },
      { kind: 'Experiment', labelSelector: NONE },
      { kind: 'Job', labelSelector: JOB_OWNER },
      { kind: 'ReplicaSet', labelSelector: POD_HASH, ownerKind: ['Experiment'] },
      { kind: 'Service', isOptional: true },
      { kind: 'AnalysisTemplate', labelSelector: NONE },
      { kind: 'ClusterAnalysisTemplate', labelSelector: NONE },
    ]);
  });

  test('in one namespace: nothing outside of it, nor what belongs to none', () => {
    const scopes = scopesOf({ namespace: 'shop' });
    expect(scopes.map(({ kind }) => kind)).not.toContain('ClusterAnalysisTemplate');
    expect(scopes).toHaveLength(6);
    for (const { namespace } of scopes) expect(namespace).toBe('shop');
  });

  test('of one instance: its objects and its templates; a selector narrows the objects alone', () => {
    const ours = `${INSTANCE}=assay`;
    const selectors = scopesOf({ instanceId: 'assay', selector: 'team=web' }).map(({ labelSelector }) => labelSelector);
    expect(selectors).toEqual([`${ours},team=web`, `${ours},team=web`, JOB_OWNER, POD_HASH, undefined, ours, ours]);
  });

  test('the objects of the routers that are named, where Rollouts are looked after', () => {
    const routers = { istio: {}, nginx: {} };
    expect(optional({ routers })).toEqual([['Service', undefined]]);
    expect(optional({ rollouts: true })).toEqual([
      ['Service', undefined],
      ['Deployment', undefined],
    ]);
    expect(optional({ rollouts: true, routers, namespace: 'shop' })).toEqual(
      ['Service', 'Deployment', 'VirtualService', 'DestinationRule', 'Ingress'].map((kind) => [kind, 'shop']),
    );
  });

  test('what several kinds own is one watch, that keeps what any of them owns', () => {
    const rollout: KindFacts = {
      kind: 'Rollout',
      owns: [{ kind: 'ReplicaSet', labelSelector: POD_HASH, isNews: () => true }],
      reads: ['AnalysisTemplate'],
      needs: [],
      shows: { name: 'rollout', phases: [] },
      ends: [],
    };
    const scopes = scopesOf({}, [...FACTS, rollout]);
    expect(scopes.filter(({ kind }) => kind === 'ReplicaSet')).toEqual([
      { kind: 'ReplicaSet', labelSelector: POD_HASH, ownerKind: ['Experiment', 'Rollout'] },
    ]);
    expect(scopes.filter(({ kind }) => kind === 'AnalysisTemplate')).toHaveLength(1);
  });
});

describe('an object is looked after', () => {
  test.each([
    { name: 'without an instance', looked: {}, labels: {}, want: true },
    { name: 'not of an instance', looked: {}, labels: { [INSTANCE]: 'theirs' }, want: false },
    { name: 'of the instance', looked: { instanceId: 'assay' }, labels: { [INSTANCE]: 'assay' }, want: true },
    { name: 'not of another', looked: { instanceId: 'assay' }, labels: { [INSTANCE]: 'theirs' }, want: false },
    { name: 'not without one, where there is one', looked: { instanceId: 'assay' }, labels: {}, want: false },
    { name: 'in the namespace', looked: { namespace: 'shop' }, labels: {}, want: true },
    { name: 'not in another', looked: { namespace: 'elsewhere' }, labels: {}, want: false },
    { name: 'with the label', looked: { selector: 'team=web' }, labels: { team: 'web' }, want: true },
    { name: 'not without it', looked: { selector: 'team=web' }, labels: {}, want: false },
  ])('$name', ({ looked, labels, want }) => {
    expect(looksAfter(looked)(aRun({ metadata: { namespace: 'shop', labels } }))).toBe(want);
  });
});
