/** The part of the AWS SDK that assumes roles. Named one by one, so that a bundle leaves the rest out. */
export { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
