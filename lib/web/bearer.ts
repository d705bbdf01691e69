import { createHash, timingSafeEqual } from 'node:crypto';

/** Whoever sent a request. */
export interface Sender {
  /** Whom the token stands for; undefined: the token is everybody's. */
  readonly name: string | undefined;
}

/** Whose `Authorization` header this is; undefined: nobody's. */
export type Access = (authorization: string | undefined) => Sender | undefined;

export interface BearerToken {
  readonly token: string;
  readonly name?: string;
}

/** Lets those in who know one of the tokens. It takes the same time whichever it is, and whatever differs. */
export function bearerAccess(tokens: readonly BearerToken[]): Access {
  const known = tokens.map(({ token, name }) => ({ digest: digestOf(`Bearer ${token}`), sender: { name } }));
  return (authorization = '') => {
    const given = digestOf(authorization);
    let sender: Sender | undefined;
    // All are compared, so that the time does not tell which one it was.
    for (const each of known) if (timingSafeEqual(each.digest, given)) sender ??= each.sender;
    return sender;
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
