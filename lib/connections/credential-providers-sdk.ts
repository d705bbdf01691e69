/** The parts of the AWS SDK that find credentials. Named one by one, so that a bundle leaves the rest out. */
export { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
