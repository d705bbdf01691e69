/** The part of the AWS SDK that reads secrets. Named one by one, so that a bundle leaves the rest out. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
