// What is loaded when it is first used takes real time, in which a virtual clock would go on.
import { secretsManager } from '../../lib/documents/secrets-manager.ts';
import { ssmDocuments } from '../../lib/documents/ssm.ts';
import { sqsQueue } from '../../lib/queues/sqs.ts';
import { eventBridgeBus } from '../../lib/sinks/eventbridge.ts';
import { clientWith, REGISTRY_PATH, takenAs } from './aws.ts';

const BODIES: Readonly<Record<string, (entries: readonly { Id: string; MessageBody: string }[]) => object>> = {
  GetParametersByPath: () => ({ Parameters: [] }),
  GetSecretValue: () => ({ SecretString: 'token' }),
  SendMessageBatch: (entries) => ({ Successful: entries.map(takenAs), Failed: [] }),
  PutEvents: (entries) => ({ Entries: entries.map(() => ({})) }),
};

const clock = () => new Date();

/** Has the SDK load its parts and read its files, once a process. */
export async function warmUp(): Promise<void> {
  await Promise.all([import('../../lib/kinds/experiment.ts'), import('../../lib/schedules/resync-schedules.ts')]);
  const client = clientWith(async (action, { Entries = [] }) => ({
    status: 200,
    body: BODIES[action]?.(Entries as { Id: string; MessageBody: string }[]) ?? {},
  }));
  const queue = sqsQueue({
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/1/a',
    maxDelaySeconds: 900,
    now: clock,
    client,
  });
  const bus = await eventBridgeBus({ busArn: 'arn:aws:events:us-east-1:111122223333:event-bus/assay', client });
  await Promise.all([
    ssmDocuments({ path: REGISTRY_PATH, client }).listNames(),
    secretsManager(client).read('a'),
    queue.send({ cluster: 'a', kind: 'Cluster', namespace: '', name: 'a', uid: '' }, clock()),
    bus.publish([{ source: 'assay', detailType: 'a', detail: {} }]),
  ]);
}
