import { z } from 'zod';
import { may, struct } from './json-form.ts';
import { list, text } from './schema.ts';

const sigv4 = z
  .strictObject({
    region: text('AWS region to sign for.').exactOptional(),
    profile: text('Credentials profile to sign with.').exactOptional(),
    roleArn: text('IAM role to sign as.').exactOptional(),
  })
  .describe('AWS Signature Version 4, for Amazon Managed Prometheus.');

const oauth2 = z
  .strictObject({
    tokenUrl: text('URL that gives the token.').exactOptional(),
    clientId: text('Client ID.').exactOptional(),
    clientSecret: text('Client secret; use an argument from a Secret.').exactOptional(),
    scopes: list(z.string(), 'Scopes to ask for.').exactOptional(),
  })
  .describe('OAuth 2 client credentials.');

const basicAuth = z
  .strictObject({
    username: text('User name.').exactOptional(),
    password: text('Password; use an argument from a Secret.').exactOptional(),
  })
  .describe('HTTP basic authentication.');

/** How requests of the prometheus and web providers prove who they are. */
export const authentication = z
  .strictObject({
    sigv4: sigv4.exactOptional(),
    oauth2: oauth2.exactOptional(),
    basicAuth: basicAuth.exactOptional(),
  })
  .describe('How requests are authenticated.');
export type Authentication = z.infer<typeof authentication>;

/** The same as Go writes it. */
export const authenticationJson = struct<Authentication>({
  sigv4: struct<z.infer<typeof sigv4>>({ region: may, profile: may, roleArn: may }),
  oauth2: struct<z.infer<typeof oauth2>>({ tokenUrl: may, clientId: may, clientSecret: may, scopes: may }),
  basicAuth: struct<z.infer<typeof basicAuth>>({ username: may, password: may }),
});
