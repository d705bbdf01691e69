import { expect, test } from 'vitest';
import { ownSecrets, readSecret } from '../../../lib/clusters/access/secret-reference.ts';

const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`;
const own = 'assay/prod/clusters/shop';

test.each([
  { name: 'its own secret', reference: own, shared: [], isRead: true },
  { name: 'a field of it', reference: `${own}#token`, shared: [], isRead: true },
  { name: 'one below it', reference: `${own}/token`, shared: [], isRead: true },
  { name: "another cluster's", reference: 'assay/prod/clusters/other', shared: [], isRead: false },
  { name: 'one whose name begins alike', reference: `${own}-2`, shared: [], isRead: false },
  { name: 'any other', reference: 'tokens#shop', shared: [], isRead: false },
  { name: 'one that is listed', reference: 'tokens#shop', shared: ['tokens'], isRead: true },
  { name: 'one below what is listed', reference: 'team/tokens', shared: ['team/*'], isRead: true },
  {
    name: 'its own by ARN, which could be that of shop-abcdef',
    reference: arn(`${own}-abcdef`),
    shared: [],
    isRead: false,
  },
  { name: 'an ARN that is listed', reference: arn(`${own}-abcdef`), shared: [arn(`${own}-abcdef`)], isRead: true },
])('a document reads $name: $isRead', async ({ reference, shared, isRead }) => {
  const secrets = ownSecrets({ read: async () => '{"token":"t","shop":"t"}' }, { own, shared });
  const outcome = await readSecret(reference, secrets).then(
    () => 'read',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );
  const name = reference.split('#')[0];
  const refusal = `secret ${name} is not this cluster's: name it ${own}, or list it among the shared secrets`;
  expect(outcome).toBe(isRead ? 'read' : refusal);
});
