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
 * Carries messages from one emulator's queue to another's, bodies and groups as they are: the bus of the one can only
 * reach queues of its own.
 */
export function startBusBridge(from: EmulatedQueue, to: EmulatedQueue): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = carry(from, to, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function carry(from: EmulatedQueue, to: EmulatedQueue, signal: AbortSignal): Promise<void> {
  const receive = new ReceiveMessageCommand({
    QueueUrl: from.queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 5,
    MessageSystemAttributeNames: ['All'],
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
    const entries = ids.map(({ message: { Body, Attributes }, Id }) => {
      const group = Attributes?.MessageGroupId;
      return { Id, MessageBody: Body, ...(group !== undefined && { MessageGroupId: group }) };
    });
    await to.sqs.send(new SendMessageBatchCommand({ QueueUrl: to.queueUrl, Entries: entries }));
    const done = ids.map(({ message: { ReceiptHandle }, Id }) => ({ Id, ReceiptHandle }));
    await from.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from.queueUrl, Entries: done }));
  }
}
