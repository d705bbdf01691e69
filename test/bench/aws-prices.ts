/** What AWS bills, for some number of measurements. */
export interface AwsUsage {
  readonly sqsRequests: number;
  readonly invocations: number;
  /** Milliseconds by the size of the function, in MB. */
  readonly billed: readonly { readonly ms: number; readonly memoryMb: number }[];
  /** Put on the bus: what webhooks say, and outcomes. */
  readonly events: number;
  readonly logBytes: number;
}

/**
 * US dollars in us-east-1, as found in 2026 (docs/deploy.md), for arm64, in the first tier and without free tiers.
 *
 * @source https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/sqs/pricing/,
 *   https://aws.amazon.com/eventbridge/pricing/, https://aws.amazon.com/cloudwatch/pricing/
 */
export const PRICES = {
  /** A request of up to 64 KB; a batch is one. Of a standard queue 0.40 a million, and 0.10 for its message groups. */
  sqsRequest: 0.5e-6,
  invocation: 0.2e-6,
  /** Of memory, for a second; the start of an environment is billed too. */
  lambdaGbSecond: 0.0000133334,
  /** A custom event of up to 64 KB; those that rules hand on within the account cost nothing more. */
  busEvent: 1e-6,
  logGb: 0.5,
} as const;

/** Dollars by what they are for. */
export interface Bill {
  readonly sqs: number;
  readonly invocations: number;
  readonly computing: number;
  readonly events: number;
  readonly logs: number;
  readonly total: number;
}

export function billOf({ sqsRequests, invocations, billed, events, logBytes }: AwsUsage): Bill {
  const gbSeconds = billed.reduce((sum, { ms, memoryMb }) => sum + (ms / 1000) * (memoryMb / 1024), 0);
  const bill = {
    sqs: sqsRequests * PRICES.sqsRequest,
    invocations: invocations * PRICES.invocation,
    computing: gbSeconds * PRICES.lambdaGbSecond,
    events: events * PRICES.busEvent,
    logs: (logBytes / 1e9) * PRICES.logGb,
  };
  return { ...bill, total: Object.values(bill).reduce((sum, part) => sum + part, 0) };
}

/** Requests a month of pollers that wait for messages in vain: five, each for 20 s at a time, for 30 days. */
export const IDLE_POLLS_A_MONTH = (5 * 30 * 24 * 3600) / 20;
