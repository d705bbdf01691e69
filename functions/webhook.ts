import { runWebhook } from '../lib/webhook/run.ts';

/** The thin server in a cluster: a changed object becomes an event. It never decides, and never blocks. */
await runWebhook(process.env);
