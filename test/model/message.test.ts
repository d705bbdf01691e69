import { expect, test } from 'vitest';
import { clusterMessage, formatMessage, type Message, parseMessage } from '../../lib/model/message.ts';

const ref = { cluster: 'c1', kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook', uid: 'u1' };

test.each<{ name: string; message: Message; body: unknown }>([
  { name: 'a key', message: { ref }, body: ref },
  { name: 'with hints', message: { ref, version: '7', tries: 2 }, body: { ...ref, version: '7', tries: 2 } },
  {
    name: 'a cluster',
    message: clusterMessage('c1'),
    body: { cluster: 'c1', kind: 'Cluster', namespace: '', name: 'c1', uid: '' },
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
  const body = JSON.stringify({ ...ref, version: 7, tries: -1, other: true });
  expect(parseMessage(body)).toEqual({ ref });
});
