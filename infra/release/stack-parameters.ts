/** What osls fills in when it packages, as a parameter of the template of a release. */
export interface StackParameter {
  /** In CloudFormation's spelling. */
  readonly name: string;
  /** In serverless.yml; `stage` is osls's own option. */
  readonly of: string;
  readonly description: string;
  /**
   * What osls is given in its place, and what the place is known by. Of a number: one that it takes, and that stands
   * nowhere else in the template.
   */
  readonly mark: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  /** What stands for nothing, where serverless.yml's default is made of other values: `${Stage}`, `${AWS::Partition}`. */
  readonly otherwise?: string;
}

/** Beside those that infra/aws/parameters.yml declares. Their defaults are serverless.yml's. */
export const STACK_PARAMETERS: readonly StackParameter[] = [
  {
    name: 'Stage',
    of: 'stage',
    description: 'Names everything; stages live side by side in one account',
    mark: 'stage-to-be-given',
    pattern: '^[a-z0-9][a-z0-9-]{0,19}$',
  },
  {
    name: 'BusName',
    of: 'busName',
    description: 'Name of the bus; nothing for assay-STAGE',
    mark: 'bus-to-be-given',
    pattern: '^[.\\-_A-Za-z0-9]{0,256}$',
    otherwise: 'assay-${Stage}',
  },
  {
    name: 'ClusterRoles',
    of: 'clusterRoles',
    description: 'Roles that Assay may assume; nothing for role/assay-* of any account',
    mark: 'roles-to-be-given',
    pattern: '^(arn:aws[a-z-]*:iam::.+)?$',
    otherwise: 'arn:${AWS::Partition}:iam::*:role/assay-*',
  },
  {
    name: 'Secrets',
    of: 'secrets',
    description: 'Secrets that Assay may read; nothing for assay/STAGE/*',
    mark: 'secrets-to-be-given',
    pattern: '^[/_+=.@*A-Za-z0-9-]*$',
    otherwise: 'assay/${Stage}/*',
  },
  {
    name: 'SharedSecrets',
    of: 'sharedSecrets',
    description: 'Secrets that the document of any cluster may name, between commas',
    mark: 'shared-to-be-given',
  },
  {
    name: 'Memory',
    of: 'memory',
    description: 'MB of on-message',
    mark: 4211,
    minimum: 128,
    maximum: 10_240,
  },
  {
    name: 'TimeoutSeconds',
    of: 'timeoutSeconds',
    description: 'Of on-message',
    mark: 887,
    minimum: 1,
    maximum: 900,
  },
  {
    name: 'VisibilitySeconds',
    of: 'visibilitySeconds',
    description: 'Of messages that on-message has; at least six times TimeoutSeconds',
    mark: 5431,
    minimum: 6,
    maximum: 43_200,
  },
  {
    name: 'ConcurrentBatches',
    of: 'concurrentBatches',
    description: 'on-message at once, each with up to 10 messages',
    mark: 971,
    minimum: 2,
    maximum: 1000,
  },
  { name: 'LogRetentionDays', of: 'logRetentionDays', description: 'Of the logs of both functions', mark: 1827 },
  {
    name: 'LatenessSeconds',
    of: 'latenessSeconds',
    description: 'Lateness (p99) above which there is an alarm',
    mark: 7919,
    minimum: 1,
  },
];
