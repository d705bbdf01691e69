import { expect, test } from 'vitest';
import { bearerAccess } from '../../lib/web/bearer.ts';

const access = bearerAccess([
  { token: 'of-shop', name: 'shop' },
  { token: 'of-web', name: 'web' },
  { token: 'of-all' },
]);

test.each([
  { authorization: 'Bearer of-shop', sender: { name: 'shop' } },
  { authorization: 'Bearer of-web', sender: { name: 'web' } },
  { authorization: 'Bearer of-all', sender: { name: undefined } },
  { authorization: 'Bearer of-al', sender: undefined },
  { authorization: 'Bearer ', sender: undefined },
  { authorization: 'of-all', sender: undefined },
  { authorization: undefined, sender: undefined },
])('$authorization is the token of $sender.name', ({ authorization, sender }) => {
  expect(access(authorization)).toEqual(sender);
});
