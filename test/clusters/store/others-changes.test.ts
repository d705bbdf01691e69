import { expect, test } from 'vitest';
import type { ObjectChange } from '../../../lib/clusters/store/cached-objects.ts';
import { type OthersChanges, othersChanges } from '../../../lib/clusters/store/others-changes.ts';
import type { KubernetesObject, ObjectMeta } from '../../../lib/model/kubernetes.ts';

type Owned = KubernetesObject & { readonly spec?: object; readonly status?: object };

const OWNER = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'web', controller: true };

function owned(version: number, { metadata = {}, ...rest }: Partial<Omit<Owned, 'metadata'>> & Meta = {}): Owned {
  const own = {
    name: 'web-1',
    namespace: 'shop',
    uid: 'web-1',
    resourceVersion: String(version),
    ownerReferences: [OWNER],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { ...own, ...metadata },
    spec: { replicas: 1 },
    ...rest,
  };
}

interface Meta {
  readonly metadata?: ObjectMeta;
}

function changed(object: Owned, previous?: Owned): ObjectChange<KubernetesObject> {
  return { type: previous ? 'MODIFIED' : 'ADDED', object, previous };
}

function gone(object: Owned): ObjectChange<KubernetesObject> {
  return { type: 'DELETED', object, previous: object };
}

const first = owned(1);
const scaled = owned(2, { spec: { replicas: 2 } });

interface Row {
  readonly name: string;
  readonly happens: (changes: OthersChanges) => void;
  readonly want: boolean;
  readonly mayAsk?: boolean;
}

test.each<Row>([
  { name: 'nothing', happens: () => {}, want: false },
  { name: 'one that comes', happens: (changes) => changes.saw(changed(first)), want: true },
  { name: 'one that goes', happens: (changes) => changes.saw(gone(first)), want: true },
  { name: 'another specification', happens: (changes) => changes.saw(changed(scaled, first)), want: true },
  {
    name: 'another annotation',
    happens: (changes) => changes.saw(changed(owned(2, { metadata: { annotations: { a: 'b' } } }), first)),
    want: true,
  },
  {
    name: 'the status alone',
    happens: (changes) => changes.saw(changed(owned(2, { status: { replicas: 1 } }), first)),
    want: false,
  },
  {
    name: 'labels alone',
    happens: (changes) => changes.saw(changed(owned(2, { metadata: { labels: { a: 'b' } } }), first)),
    want: false,
  },
  {
    name: 'one that belongs to nobody',
    happens: (changes) => changes.saw(changed(owned(1, { metadata: { ownerReferences: [] } }))),
    want: false,
  },
  {
    name: 'one whose owner nobody asks about',
    happens: (changes) => changes.saw(changed(first)),
    mayAsk: false,
    want: false,
  },
  {
    name: 'a write of our own that a watch told before its reply',
    happens(changes) {
      changes.saw(changed(scaled, first));
      changes.saw(changed(owned(3, { spec: { replicas: 2 }, status: { replicas: 2 } }), scaled));
      changes.wrote(scaled);
    },
    want: false,
  },
  {
    name: 'what somebody made of it after a write of our own',
    happens(changes) {
      changes.saw(changed(scaled, first));
      changes.wrote(first);
    },
    want: true,
  },
  {
    name: 'one that we deleted, which a watch told before the reply',
    happens(changes) {
      changes.saw(gone(first));
      changes.deleted(first);
    },
    want: false,
  },
  {
    name: 'what there was before the owner was read',
    happens(changes) {
      changes.saw(changed(scaled, first));
      changes.readingOwner('web')();
    },
    want: false,
  },
  {
    name: 'what came while the owner was being read',
    happens(changes) {
      changes.saw(changed(first));
      const hasRead = changes.readingOwner('web');
      changes.saw(changed(scaled, first));
      hasRead();
    },
    want: true,
  },
  {
    name: 'an owner that we deleted',
    happens(changes) {
      changes.saw(changed(first));
      changes.deleted({ ...first, kind: 'Rollout', metadata: { name: 'web', uid: 'web' } });
    },
    want: false,
  },
  {
    name: 'an owner that was deleted',
    happens(changes) {
      changes.saw(changed(first));
      changes.saw(gone({ ...first, kind: 'Rollout', metadata: { name: 'web', uid: 'web' } }));
    },
    want: false,
  },
])('what others changed, to be asked about with the owner: $name', ({ happens, want, mayAsk = true }) => {
  const changes = othersChanges(() => mayAsk);
  happens(changes);
  expect([changes.concern('web'), changes.concern('other')]).toStrictEqual([want, false]);
});

test('one that goes after its owner is not remembered', () => {
  let isThere = true;
  const changes = othersChanges(() => isThere);
  changes.saw(changed(first));
  isThere = false;
  changes.saw(gone(first));
  expect(changes.concern('web')).toBe(false);
});
