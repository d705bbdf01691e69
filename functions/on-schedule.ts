import middyCore from '@middy/core';
import { invocation, keptRuntime } from '../lib/aws/functions.ts';
import { onSchedule } from '../lib/aws/on-schedule.ts';

const runtime = keptRuntime(process.env);

/** Each minute: a message for each cluster, which is to be looked at as a whole. */
export const handler = middyCore({ timeoutEarlyInMillis: 250 })
  .use(invocation(runtime))
  .handler(async () => onSchedule(runtime()));
