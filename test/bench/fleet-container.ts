import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatMessage, clusterMessage } from '../../lib/model/message.ts';
import type { ObjectRef } from '../../lib/model/ref.ts';
import { aClusterDocument } from '../builders.ts';
import { openStubServer, type StubServer } from '../clusters/api/stub-server.ts';
import { packageForTests } from '../e2e/aws/packaged.ts';
import { type LambdaEnvironment, openLambdaEnvironment } from '../e2e/servers/aws/lambda-environment.ts';
import { bootstrapPath } from '../e2e/servers/aws/lambda-function.ts';
import { takenAs } from '../fleet/aws.ts';
import type { FleetServers } from './fleet-servers.ts';
import type { Figure } from './figures.ts';
import { cpuMs } from './process-usage.ts';

const PATH = '/assay/fleet/clusters';
const BATCH = 10;
const LONGEST_LOG = 3000;
const CLUSTERS_A_DEPLOYMENT = 1000;

/** What one environment of the packaged on-message is after it has met so many clusters, over TLS on real sockets. */
export async function measureContainer(clusters = CLUSTERS_A_DEPLOYMENT): Promise<readonly Figure[]> {
  const names = Array.from({ length: clusters }, (_, index) => `c${String(index).padStart(4, '0')}`);
  const servers = fork(join(import.meta.dirname, 'fleet-servers.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const aws = await startAws(await told(servers));
  const environment = await openOnMessage(aws);
  try {
    const play = async (title: string, bodyOf: (name: string) => string) => {
      const before = { cpu: cpuOf(environment), requests: aws.requests.length };
      let billedMs = 0;
      for (let first = 0; first < names.length; first += BATCH) {
        const Records = names.slice(first, first + BATCH).map((name) => ({ messageId: name, body: bodyOf(name) }));
        const went = await environment.invoke({ Records });
        if (went.went === 'wrong')
          throw new Error(`${title}: ${went.message}\n${environment.log().slice(-LONGEST_LOG)}`);
        billedMs += went.ms;
      }
      const calls = aws.requests.slice(before.requests).map(({ headers }) => String(headers['x-amz-target']));
      const countOf = (action: string): number => calls.filter((call) => call.endsWith(`.${action}`)).length;
      return [
        {
          name: `${title}: processor time a cluster`,
          figure: (cpuOf(environment) - before.cpu) / clusters,
          unit: 'ms',
        },
        { name: '… by the clock, a batch of ten', figure: (billedMs * BATCH) / clusters, unit: 'ms' },
        { name: '… reads of documents', figure: countOf('GetParameters'), unit: 'requests' },
        { name: '… of secrets', figure: countOf('GetSecretValue'), unit: 'requests' },
        { name: '… sockets and files open after it', figure: openFiles(environment), unit: '' },
        { name: '… memory at its highest so far (RSS)', figure: environment.peakRssMb(), unit: 'MB', limit: 256 },
      ];
    };
    const figures = [
      ...(await play('first looks', look)),
      ...(await play('second looks', look)),
      ...(await play('a step of a run each', (name) => formatMessage({ ref: runIn(name) }))),
      ...(await play('third looks', look)),
    ];
    const next = aws.requests.filter(({ body }) => body.includes('guestbook')).length;
    if (next === 0) throw new Error(`no step went on:\n${environment.log().slice(-LONGEST_LOG)}`);
    return figures;
  } finally {
    await environment.remove();
    await aws.close();
    servers.disconnect();
  }
}

function look(cluster: string): string {
  return formatMessage(clusterMessage(cluster));
}

function runIn(cluster: string): ObjectRef {
  return { cluster, kind: 'AnalysisRun', namespace: 'shop', name: 'guestbook', uid: `uid-of-${cluster}` };
}

async function told(servers: ReturnType<typeof fork>): Promise<FleetServers> {
  const [message] = (await once(servers, 'message')) as [FleetServers];
  return message;
}

/** AWS, as far as the function speaks to it, for however many clusters of these servers. */
function startAws({ apiServer, ca }: FleetServers): Promise<StubServer> {
  const documentOf = (name: string) => ({
    Name: `${PATH}/${name}`,
    Value: JSON.stringify(
      aClusterDocument({
        endpoint: `${apiServer}/${name}`,
        ca,
        authentication: { token: { secret: `${PATH.slice(1)}/${name}` } },
        allowedHosts: ['127.0.0.1'],
      }),
    ),
  });
  type Entries = readonly { readonly Id: string; readonly MessageBody: string }[];
  const actions: Readonly<Record<string, (input: Record<string, unknown>) => object>> = {
    GetParameters: ({ Names }) => ({
      Parameters: (Names as readonly string[]).map((name) => documentOf(name.slice(PATH.length + 1))),
    }),
    // As long as the token of a service account.
    GetSecretValue: ({ SecretId }) => ({ SecretString: `${String(SecretId)}${'x'.repeat(900)}` }),
    SendMessageBatch: ({ Entries }) => ({ Successful: (Entries as Entries).map(takenAs), Failed: [] }),
    PutEvents: ({ Entries }) => ({ FailedEntryCount: 0, Entries: (Entries as Entries).map(() => ({ EventId: 'e' })) }),
  };
  return openStubServer(({ headers, body }) => {
    const action = String(headers['x-amz-target']).split('.')[1] ?? '';
    return { body: actions[action]?.(JSON.parse(body) as Record<string, unknown>) ?? {} };
  });
}

async function openOnMessage({ url }: StubServer): Promise<LambdaEnvironment> {
  const { wiring, rootOf } = await packageForTests();
  const { handler, timeoutSeconds, memoryMb, environment } = wiring.onMessage;
  const spec = {
    name: 'assay-fleet-on-message',
    root: rootOf('onMessage'),
    handler,
    timeoutMs: timeoutSeconds * 1000,
    memoryMb,
    environment: {
      ...environment,
      AWS_ENDPOINT_URL: url,
      ASSAY_QUEUE_URL: `${url}/111122223333/assay`,
      ASSAY_BUS_ARN: 'arn:aws:events:eu-west-1:111122223333:event-bus/assay',
      ASSAY_REGISTRY_PATH: PATH,
    },
  };
  return openLambdaEnvironment(spec, await bootstrapPath());
}

function cpuOf({ pid }: LambdaEnvironment): number {
  const { own, kernel } = cpuMs(pid);
  return own + kernel;
}

function openFiles({ pid }: LambdaEnvironment): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
