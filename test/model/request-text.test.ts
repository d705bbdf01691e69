import { expect, test } from 'vitest';
import { requestFailure, shownUrl } from '../../lib/model/request-text.ts';

test.each([
  ['http://host', 'http://host'],
  ['http://host/a@b?c=d@e', 'http://host/a@b?c=d@e'],
  ['http://user:secret@host/a?b', 'http://host/a?b'],
  ['http://secret@host/', 'http://host/'],
  ['http:user:secret@host/', 'http://host/'],
  ['http:\\\\user:secret@host/', 'http://host/'],
  ['http://user:se@cret@host/', 'http://host/'],
  ['http://user:sec/ret@host/', 'host/'],
  ['user:secret@host', 'host'],
  ['not a url', 'not a url'],
])('%s is shown as %s', (url, shown) => expect(shownUrl(url)).toBe(shown));

test('a failure reads as in Go', () => {
  expect(requestFailure('POST', 'http://me:secret@host/"', 'EOF')).toBe('Post "http://host/%22": EOF');
});
