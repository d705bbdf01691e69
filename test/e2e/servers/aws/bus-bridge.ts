import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A queue of an emulator. */
export interface EmulatedQueue {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}

/**
 * Carries messages from one emulator's queue to another's: the bus of the one can only reach queues of its own, and only
 * FIFO queues with the `group` that a rule's target may set.
 */
export function startBusBridge(from: EmulatedQueue, to: EmulatedQueue, group?: string): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = carry(from, to, group, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function carry(
  from: EmulatedQueue,
  to: EmulatedQueue,
  group: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const receive = new ReceiveMessageCommand({
    QueueUrl: from.queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 5,
  });
  while (!signal.aborted) {
    const { Messages = [] } = await from.sqs
      .send(receive, { abortSignal: signal })
      .catch((error: unknown): { readonly Messages?: Message[] } => {
        if (signal.aborted) return {};
        throw error;
      });
    if (Messages.length === 0) continue;
    const ids = Messages.map((message, index) => ({ message, Id: String(index) }));
    const inGroup = group === undefined ? {} : { MessageGroupId: group };
    const entries = ids.map(({ message: { Body }, Id }) => ({ Id, MessageBody: Body, ...inGroup }));
    await to.sqs.send(new SendMessageBatchCommand({ QueueUrl: to.queueUrl, Entries: entries }));
    const done = ids.map(({ message: { ReceiptHandle }, Id }) => ({ Id, ReceiptHandle }));
    await from.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from.queueUrl, Entries: done }));
  }
}
