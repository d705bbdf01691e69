import type { Found } from './reply.ts';

/** A load balancer of AWS, as the Elastic Load Balancing API shows it. */
export interface LoadBalancer {
  readonly name: string;
  readonly arn: string;
  /** Those that are attached to it, in the order of the API; or why they could not be read. */
  readonly targetGroups: Found<readonly TargetGroup[]>;
}

/** Where a load balancer forwards requests to. */
export interface TargetGroup {
  readonly name: string;
  readonly arn: string;
  /** What it was made for, as the AWS Load Balancer Controller tags it: `namespace/ingress-service:port`. */
  readonly resource?: string;
  /** Its share in the last rule that forwards to it and others; absent: there is none. */
  readonly weight?: number;
}

/** How many of the pods of a Service a target group has, or why that is not known. */
export type Registration = { readonly arn: string } & (
  | { readonly registered: number; readonly total: number }
  | { readonly problem: string }
);

/** Where load balancers are looked at. */
export interface LoadBalancers {
  /**
   * Looks at the load balancer of a DNS name. What AWS refuses, or does not answer, is told instead.
   * @returns undefined where there is none
   */
  find(dnsName: string, signal?: AbortSignal): Promise<Found<LoadBalancer> | undefined>;
  /** The targets that are registered with a target group, healthy or not, as `10.0.0.1:8080`. Likewise. */
  targets(arn: string, signal?: AbortSignal): Promise<Found<readonly string[]>>;
}
