import middyCore from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { invocation, keptRuntime } from '../lib/aws/functions.ts';
import { onMessages } from '../lib/aws/on-message.ts';

const runtime = keptRuntime(process.env);

/** SQS in, one step a message. Only the messages that failed return to the queue. */
export const handler = middyCore<SQSEvent, SQSBatchResponse>({ timeoutEarlyInMillis: 250 })
  .use(invocation(runtime))
  .handler(async ({ Records }, context) => onMessages(Records, runtime(), () => context.getRemainingTimeInMillis()));
