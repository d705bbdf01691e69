import type { Deployment } from '../e2e/aws/deployment.ts';
import type { ControlPlane } from '../e2e/servers/control-plane.ts';
import type { AwsUsage } from './aws-prices.ts';

/** All that is counted, since the emulators started. */
export interface Counted {
  readonly aws: AwsUsage;
  /** Requests of Assay to the API servers, by verb and resource: `GET analysisruns`. */
  readonly api: ReadonlyMap<string, number>;
  readonly messages: number;
  readonly starts: number;
}

/** What the functions put on the bus. What stands in for webhooks does not go by their line. */
export async function countAll(deployment: Deployment, plane: ControlPlane): Promise<Counted> {
  const { account, onMessage, onSchedule, wiring } = deployment;
  const { counts } = deployment.poller();
  const [message, schedule] = [onMessage.usage(), onSchedule.usage()];
  const ofFunctions = [...account.sqsRequests().values()].reduce((sum, count) => sum + count, 0);
  return {
    aws: {
      sqsRequests: ofFunctions + counts.receives - counts.emptyReceives + counts.deletes,
      invocations: message.invocations + schedule.invocations,
      billed: [
        { ms: message.billedMs + message.startMs, memoryMb: wiring.onMessage.memoryMb },
        { ms: schedule.billedMs + schedule.startMs, memoryMb: wiring.onSchedule.memoryMb },
      ],
      events: account.otherRequests().get('PutEvents') ?? 0,
      logBytes: message.logBytes + schedule.logBytes,
    },
    api: await apiRequests(plane),
    messages: counts.messages,
    starts: message.starts + schedule.starts,
  };
}

/** What has been used between two counts; the same of each figure. */
export function usedBetween(before: Counted, after: Counted): Counted {
  const difference = (key: 'sqsRequests' | 'invocations' | 'events' | 'logBytes') => after.aws[key] - before.aws[key];
  const billed = after.aws.billed.map(({ ms, memoryMb }, index) => ({
    ms: ms - (before.aws.billed[index]?.ms ?? 0),
    memoryMb,
  }));
  return {
    aws: {
      sqsRequests: difference('sqsRequests'),
      invocations: difference('invocations'),
      billed,
      events: difference('events'),
      logBytes: difference('logBytes'),
    },
    api: new Map([...after.api].map(([key, count]) => [key, count - (before.api.get(key) ?? 0)])),
    messages: after.messages - before.messages,
    starts: after.starts - before.starts,
  };
}

/** The verbs and resources that Assay uses; lists and creations of runs are the bench's own, while runs are under way. */
const ASKED: ReadonlySet<string> = new Set([
  'GET analysisruns',
  'PATCH analysisruns',
  'POST events',
  'GET events',
  'PATCH events',
  'GET secrets',
  'LIST experiments',
  'LIST analysistemplates',
  'LIST clusteranalysistemplates',
  'LIST namespaces',
]);

async function apiRequests(plane: ControlPlane): Promise<ReadonlyMap<string, number>> {
  const page = await plane.kubectl(['get', '--raw', '/metrics']);
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of page.matchAll(/^apiserver_request_total\{([^}]*)\} (\S+)$/gm)) {
    const key = `${/verb="(\w+)"/.exec(labels)?.[1]} ${/resource="(\w*)"/.exec(labels)?.[1]}`;
    if (ASKED.has(key)) counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}
