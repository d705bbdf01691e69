import type { LoadBalancer, TargetGroup } from '../../lib/model/load-balancer.ts';
import type { Found } from '../../lib/model/reply.ts';

/** What the load balancers of AWS are, as a vector has it: fields as in the API, tags by ARN. */
export interface Elb {
  readonly LoadBalancers?: readonly {
    readonly DNSName?: string;
    readonly LoadBalancerArn: string;
    readonly LoadBalancerName: string;
  }[];
  readonly TargetGroups?: readonly {
    readonly TargetGroupArn: string;
    readonly TargetGroupName: string;
    readonly LoadBalancerArns?: readonly string[];
  }[];
  readonly Tags?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly Listeners?: readonly { readonly ListenerArn: string; readonly LoadBalancerArn: string }[];
  readonly Rules?: readonly {
    readonly ListenerArn: string;
    readonly Actions?: readonly {
      readonly Type?: string;
      readonly ForwardConfig?: {
        readonly TargetGroups: readonly { readonly TargetGroupArn: string; readonly Weight?: number }[];
      };
    }[];
  }[];
  /** What is said instead of an answer, by operation. */
  readonly fail?: Readonly<Record<string, string>>;
  /** Load balancers of one answer; the marker of the next one is the index of its first. */
  readonly pageSize?: number;
}

/** The tag that says what a target group was made for. */
export const RESOURCE_TAG = 'ingress.k8s.aws/resource';

/** What a router is told of these load balancers, by DNS name. */
export function seenIn(elb: Elb, resourceTag = RESOURCE_TAG): ReadonlyMap<string, Found<LoadBalancer>> {
  const problem = elb.fail?.['DescribeLoadBalancers'];
  return new Map(
    (elb.LoadBalancers ?? []).flatMap(({ DNSName, LoadBalancerArn: arn, LoadBalancerName: name }) => {
      if (DNSName === undefined) return [];
      const found: Found<LoadBalancer> =
        problem === undefined
          ? { object: { name, arn, targetGroups: targetGroupsOf(elb, arn, resourceTag) } }
          : { problem };
      return [[DNSName, found] as const];
    }),
  );
}

function targetGroupsOf(elb: Elb, balancer: string, resourceTag: string): Found<readonly TargetGroup[]> {
  const [problem] = Object.entries(elb.fail ?? {}).map(([, text]) => text);
  if (problem !== undefined) return { problem };
  const listeners = new Set(
    (elb.Listeners ?? []).filter((each) => each.LoadBalancerArn === balancer).map((each) => each.ListenerArn),
  );
  const weights = new Map(
    [...listeners].flatMap((listener) =>
      (elb.Rules ?? [])
        .filter(({ ListenerArn }) => ListenerArn === listener)
        .flatMap(({ Actions = [] }) => Actions.flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? []))
        .map(({ TargetGroupArn, Weight }) => [TargetGroupArn, Weight] as const),
    ),
  );
  const attached = (elb.TargetGroups ?? []).filter(({ LoadBalancerArns = [] }) => LoadBalancerArns.includes(balancer));
  return {
    object: attached.map(({ TargetGroupArn: arn, TargetGroupName: name }) => {
      const resource = elb.Tags?.[arn]?.[resourceTag];
      const weight = weights.get(arn);
      return { name, arn, ...(resource !== undefined && { resource }), ...(weight !== undefined && { weight }) };
    }),
  };
}
