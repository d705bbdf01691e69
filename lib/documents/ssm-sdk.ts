/** The part of the AWS SDK that reads the registry. Named one by one, so that a bundle leaves the rest out. */
export { GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
