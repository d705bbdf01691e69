import type {
  ElasticLoadBalancingV2Client,
  ElasticLoadBalancingV2ClientConfig,
  LoadBalancer as ElbLoadBalancer,
  Rule,
  TargetGroup as ElbTargetGroup,
  TargetGroupTuple,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { REQUEST_LIMITS } from '../model/aws-failure.ts';
import { isAwsRegion } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import type { LoadBalancer, LoadBalancers, TargetGroup } from '../model/load-balancer.ts';
import type { AwsCredentials, AwsIdentity } from '../model/provider.ts';
import type { Found } from '../model/reply.ts';

export interface AwsLoadBalancersOptions {
  /** As whom AWS is asked. */
  readonly credentials: (identity: AwsIdentity) => Promise<AwsCredentials>;
  /** The tag that says what a target group was made for. Default: that of the AWS Load Balancer Controller. */
  readonly resourceTag?: string | undefined;
  /** Beside what the environment gives. */
  readonly client?: ElasticLoadBalancingV2ClientConfig;
}

const RESOURCE_TAG = 'ingress.k8s.aws/resource';
const BALANCERS_A_PAGE = 300;
/** As many as one call may ask for. */
const TAGGED_AT_ONCE = 20;

/**
 * The load balancers of AWS, each in the region that its DNS name tells; there is none of a name that tells none.
 * @source utils/aws/aws.go of argoproj/argo-rollouts
 */
export function awsLoadBalancers(options: AwsLoadBalancersOptions): LoadBalancers {
  const { credentials, resourceTag = RESOURCE_TAG, client: config } = options;

  const open = async (region: string): Promise<ElasticLoadBalancingV2Client> => {
    const { ElasticLoadBalancingV2Client: Client } = await import('./elb-sdk.ts');
    // A client would keep credentials that do not say when they end; those who give them renew them in time.
    const current = await credentials({ region });
    return new Client({ requestHandler: REQUEST_LIMITS, ...config, region, credentials: current });
  };

  const ask = async <T>(
    region: string,
    work: (client: ElasticLoadBalancingV2Client) => Promise<T>,
  ): Promise<Found<T>> =>
    orProblem(async () => {
      const client = await open(region);
      try {
        return await work(client);
      } finally {
        client.destroy();
      }
    });

  return {
    async find(dnsName, signal) {
      const region = regionOf(dnsName);
      if (region === undefined) return undefined;
      const found = await ask(region, async (client) => look({ client, signal, resourceTag }, dnsName));
      if ('problem' in found) return found;
      return found.object && { object: found.object };
    },

    async targets(arn, signal) {
      const region = arn.split(':')[3] ?? '';
      if (!isAwsRegion(region)) return { problem: `${JSON.stringify(arn)} names no region` };
      const { DescribeTargetHealthCommand } = await import('./elb-sdk.ts');
      return ask(region, async (client) => {
        const command = new DescribeTargetHealthCommand({ TargetGroupArn: arn });
        const { TargetHealthDescriptions = [] } = await client.send(command, endedBy(signal));
        return TargetHealthDescriptions.flatMap(({ Target: { Id, Port } = { Id: undefined } }) =>
          Id === undefined || Port === undefined ? [] : `${Id}:${Port}`,
        );
      });
    },
  };
}

/** Of `name.eu-west-1.elb.amazonaws.com`, or of a network load balancer: `name.elb.eu-west-1.amazonaws.com`. */
function regionOf(dnsName: string): string | undefined {
  const [, ofApplication, ofNetwork = ofApplication] =
    /\.(?:([a-z0-9-]+)\.elb|elb\.([a-z0-9-]+))\.amazonaws\.com(?:\.cn)?$/.exec(dnsName) ?? [];
  return ofNetwork !== undefined && isAwsRegion(ofNetwork) ? ofNetwork : undefined;
}

interface Asked {
  readonly client: ElasticLoadBalancingV2Client;
  readonly signal: AbortSignal | undefined;
  readonly resourceTag: string;
}

async function look(asked: Asked, dnsName: string): Promise<LoadBalancer | undefined> {
  const found = await findByName(asked, dnsName);
  const { LoadBalancerName: name, LoadBalancerArn: arn } = found ?? {};
  if (name === undefined || arn === undefined) return undefined;
  return { name, arn, targetGroups: await orProblem(async () => readTargetGroups(asked, arn)) };
}

async function findByName({ client, signal }: Asked, dnsName: string): Promise<ElbLoadBalancer | undefined> {
  const { paginateDescribeLoadBalancers: paginate } = await import('./elb-sdk.ts');
  const pages = paginate({ client }, { PageSize: BALANCERS_A_PAGE }, endedBy(signal));
  for await (const { LoadBalancers = [] } of pages) {
    const found = LoadBalancers.find(({ DNSName }) => DNSName === dnsName);
    if (found) return found;
  }
  return undefined;
}

async function readTargetGroups(asked: Asked, LoadBalancerArn: string): Promise<readonly TargetGroup[]> {
  const { client, signal } = asked;
  const { paginateDescribeTargetGroups: paginate } = await import('./elb-sdk.ts');
  const groups: Omit<TargetGroup, 'resource' | 'weight'>[] = [];
  for await (const { TargetGroups = [] } of paginate({ client }, { LoadBalancerArn }, endedBy(signal))) {
    groups.push(...TargetGroups.flatMap(named));
  }
  const resources = await readResources(
    asked,
    groups.map(({ arn }) => arn),
  );
  const weights = await readWeights(asked, LoadBalancerArn);
  return groups.map((group) => {
    const resource = resources.get(group.arn);
    const weight = weights.get(group.arn);
    return { ...group, ...(resource !== undefined && { resource }), ...(weight !== undefined && { weight }) };
  });
}

function named({ TargetGroupName: name, TargetGroupArn: arn }: ElbTargetGroup) {
  return name === undefined || arn === undefined ? [] : [{ name, arn }];
}

/** What target groups were made for, by ARN. */
async function readResources(
  { client, signal, resourceTag }: Asked,
  arns: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { DescribeTagsCommand } = await import('./elb-sdk.ts');
  const resources = new Map<string, string>();
  for (let from = 0; from < arns.length; from += TAGGED_AT_ONCE) {
    const command = new DescribeTagsCommand({ ResourceArns: arns.slice(from, from + TAGGED_AT_ONCE) });
    const { TagDescriptions = [] } = await client.send(command, endedBy(signal));
    for (const { ResourceArn = '', Tags = [] } of TagDescriptions) {
      const resource = Tags.find(({ Key }) => Key === resourceTag)?.Value;
      if (resource !== undefined) resources.set(ResourceArn, resource);
    }
  }
  return resources;
}

/** The share of each target group, by ARN: that of the last rule of the last listener that forwards to it. */
async function readWeights(
  { client, signal }: Asked,
  LoadBalancerArn: string,
): Promise<ReadonlyMap<string, number | undefined>> {
  const { paginateDescribeListeners, paginateDescribeRules } = await import('./elb-sdk.ts');
  const listeners: string[] = [];
  for await (const { Listeners = [] } of paginateDescribeListeners({ client }, { LoadBalancerArn }, endedBy(signal))) {
    listeners.push(...Listeners.flatMap(({ ListenerArn = [] }) => ListenerArn));
  }
  const weights = new Map<string, number | undefined>();
  for (const ListenerArn of listeners) {
    for await (const { Rules = [] } of paginateDescribeRules({ client }, { ListenerArn }, endedBy(signal))) {
      for (const { TargetGroupArn = '', Weight } of Rules.flatMap(forwardedTo)) weights.set(TargetGroupArn, Weight);
    }
  }
  return weights;
}

function forwardedTo({ Actions = [] }: Rule): readonly TargetGroupTuple[] {
  return Actions.flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? []);
}

function endedBy(signal: AbortSignal | undefined) {
  return signal && { abortSignal: signal };
}

/** What cannot be had is told on the Rollout: somebody else than who looks after Assay may have to mend it. */
async function orProblem<T>(work: () => Promise<T>): Promise<Found<T>> {
  try {
    return { object: await work() };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    return { problem: error instanceof AssayError ? error.message : `${error.name}: ${error.message}` };
  }
}
