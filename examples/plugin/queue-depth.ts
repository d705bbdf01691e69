import type { Plugin } from '../../lib/model/plugin.ts';

/**
 * Measures how many messages wait in a queue of RabbitMQ:
 *
 *     provider:
 *       plugin:
 *         example/queue-depth: {queue: orders}
 *
 * Address and login are in the Secret `rabbitmq` of the namespace of Argo's controller, so no template has them: `address`,
 * `username`, `password`.
 */
export const plugin: Plugin = {
  async read(spec, { fetch, secrets }) {
    const { queue, virtualHost = '/' } = readSpec(spec);
    const { address = '', username = '', password = '' } = await secrets.read('rabbitmq', { plain: ['username'] });
    const login = Buffer.from(`${username}:${password}`).toString('base64');
    const { status, body } = await fetch({
      url: `${address}/api/queues/${encodeURIComponent(virtualHost)}/${encodeURIComponent(queue)}`,
      headers: [['Authorization', `Basic ${login}`]],
      timeoutMs: 10_000,
    });
    if (status !== 200) throw new Error(`RabbitMQ answered ${status} for the queue ${queue}`);
    const { messages, consumers } = JSON.parse(body) as { readonly messages?: unknown; readonly consumers?: unknown };
    if (typeof messages !== 'number') throw new Error(`RabbitMQ does not say how long the queue ${queue} is`);
    return {
      is: 'value',
      result: { type: 'float64', value: messages },
      shown: String(messages),
      metadata: { consumers: String(consumers) },
    };
  },
};

interface QueueSpec {
  readonly queue: string;
  readonly virtualHost?: string;
}

/** What a metric says is its author's: nobody has checked it. */
function readSpec(spec: unknown): QueueSpec {
  const { queue, virtualHost } = (spec ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof queue !== 'string' || queue === '') throw new Error('queue: required, but missing');
  if (virtualHost === undefined) return { queue };
  if (typeof virtualHost !== 'string') throw new Error('virtualHost: expected a string');
  return { queue, virtualHost };
}
