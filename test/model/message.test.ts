import { expect, test } from 'vitest';
import { clusterMessage, formatMessage, isFromBus, type Message, parseMessage } from '../../lib/model/message.ts';

const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook', uid: 'u1' };

test.each<{ name: string; message: Message; body: unknown }>([
  { name: 'a key', message: { ref }, body: ref },
  { name: 'with hints', message: { ref, version: '7', tries: 2 }, body: { ...ref, version: '7', tries: 2 } },
  { name: 'of an event', message: { ref, before: 'u1@7 u2@' }, body: { ...ref, before: 'u1@7 u2@' } },
  {
    name: 'a cluster',
    message: clusterMessage('c1'),
    body: { cluster: 'c1', kind: 'Cluster', namespace: '', name: 'c1', uid: '' },
  },
  {
    name: 'several clusters',
    message: clusterMessage('c1', ['c2', 'c3']),
    body: { cluster: 'c1', kind: 'Cluster', namespace: '', name: 'c1', uid: '', more: ['c2', 'c3'] },
  },
])('$name, there and back', ({ message, body }) => {
  expect(JSON.parse(formatMessage(message))).toEqual(body);
  expect(parseMessage(formatMessage(message))).toEqual(message);
});

test.each([
  { name: 'no JSON', body: '{' },
  { name: 'a list', body: '[]' },
  { name: 'no name', body: JSON.stringify({ ...ref, name: '' }) },
  { name: 'no uid', body: JSON.stringify({ ...ref, uid: '' }) },
  { name: 'a number for a name', body: JSON.stringify({ ...ref, name: 7 }) },
  { name: 'a name that no object has', body: JSON.stringify({ ...ref, name: 'x'.repeat(254) }) },
])('$name is no message', ({ body }) => {
  expect(parseMessage(body)).toBeUndefined();
});

test('hints that cannot be read are left out', () => {
  const body = JSON.stringify({ ...ref, version: 7, before: ['u1@7'], tries: -1, other: true });
  expect(parseMessage(body)).toEqual({ ref });
  expect(parseMessage(JSON.stringify({ ...ref, before: 'x'.repeat(1025) }))).toEqual({ ref });
  expect(parseMessage(JSON.stringify({ ...ref, before: '' }))).toEqual({ ref });
});

test.each([
  { name: 'more than ten', body: { more: Array.from({ length: 10 }, (_, index) => `c${index}`) } },
  { name: 'what is no name', body: { more: ['c2', 7] } },
  { name: 'what is no list', body: { more: 'c2' } },
  { name: 'others, of an event', body: { more: ['c2'], source: 'assay.cluster.c1' } },
])('a look is asked of one cluster alone where it names $name', ({ body }) => {
  const one = clusterMessage('c1');
  expect(parseMessage(JSON.stringify({ ...one.ref, ...body }))).toEqual(one);
});

test('only looks ask for more', () => {
  expect(parseMessage(JSON.stringify({ ...ref, more: ['c2'] }))).toEqual({ ref });
});

test.each([
  { name: 'its own cluster', source: 'assay.cluster.c1', want: { ref } },
  { name: 'another cluster', source: 'assay.cluster.c2', want: undefined },
  { name: 'a cluster whose name begins so', source: 'assay.cluster.c', want: undefined },
  { name: 'nobody', source: '', want: undefined },
  { name: 'what is no text', source: ['assay.cluster.c1'], want: undefined },
])('an event about an object of $name is $want', ({ source, want }) => {
  const body = JSON.stringify({ source, ...ref });
  expect(parseMessage(body)).toEqual(want);
  expect(isFromBus(body)).toBe(true);
});

test('what Assay writes itself is no event', () => {
  expect(isFromBus(formatMessage({ ref }))).toBe(false);
});
