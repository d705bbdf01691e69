import { join } from 'node:path';
import { findFreePort } from '../free-port.ts';
import { type HttpServerSpec, startHttpServer } from '../http-server.ts';
import { ensureEmulators, ensureMotoOfStacks } from './install.ts';

/** A running emulator on 127.0.0.1. */
export interface Emulator {
  readonly url: string;
  /** Forgets all that it holds. */
  reset(): Promise<void>;
}

/** Those that an account is made of. */
export interface Emulators {
  readonly moto: Emulator;
  readonly elasticMq: Emulator;
}

let shared: Promise<Emulators> | undefined;
let sharedMoto: Promise<Emulator> | undefined;

/**
 * The emulators of this process, which the files of a worker use one after the other; started when they are first wanted,
 * ended with the process. Whoever has used them resets them.
 */
export function borrowEmulators(): Promise<Emulators> {
  shared ??= (async () => {
    const [moto, elasticMq] = await Promise.all([borrowMoto(), startElasticMq()]);
    return { moto, elasticMq };
  })().catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

/** The one of them that is no queue, for tests that need no more. */
export function borrowMoto(): Promise<Emulator> {
  sharedMoto ??= startMoto().catch((error: unknown) => {
    sharedMoto = undefined;
    throw error;
  });
  return sharedMoto;
}

/** The account that moto says it is. */
export const MOTO_ACCOUNT = '123456789012';

/**
 * Starts moto: EventBridge, SSM, Secrets Manager, STS and CloudWatch. Its SQS takes 25 to 300 ms of processor time for a batch of ten
 * once a thousand messages are there, so it serves as the target of rules only.
 */
async function startMoto(): Promise<Emulator> {
  const { motoPython } = await ensureEmulators();
  const port = await findFreePort();
  const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const { url } = await startEmulator({ name: 'moto', command: motoPython, args, port, readyPath: '/moto-api/' });
  return { url, reset: async () => void (await ask(`${url}/moto-api/reset`, 'POST')) };
}

/** Starts a moto that puts up stacks of CloudFormation (moto-stacks/server.py), for who calls; ended with the process. */
export async function startMotoOfStacks(): Promise<Emulator> {
  const port = await findFreePort();
  const args = [join(import.meta.dirname, 'moto-stacks/server.py'), '-H', '127.0.0.1', '-p', String(port)];
  const command = await ensureMotoOfStacks();
  const { url } = await startEmulator({ name: 'moto-stacks', command, args, port, readyPath: '/moto-api/' });
  return { url, reset: async () => void (await ask(`${url}/moto-api/reset`, 'POST')) };
}

/** Starts ElasticMQ: the queues. It has no fair queues: see `queue-poller.ts`. */
async function startElasticMq(): Promise<Emulator> {
  const { elasticMqJars } = await ensureEmulators();
  const port = await findFreePort();
  const settings = {
    'rest-sqs.bind-hostname': '127.0.0.1',
    'rest-sqs.bind-port': port,
    'rest-stats.enabled': false,
    'node-address.host': '127.0.0.1',
    'node-address.port': port,
  };
  const args = [
    // Two cores are shared by all servers of a test: the quick compiler and one thread for garbage use a third of the time.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Xmx192m',
    ...Object.entries(settings).map(([key, value]) => `-D${key}=${value}`),
    '-cp',
    join(elasticMqJars, '*'),
    'org.elasticmq.server.Main',
  ];
  const readyPath = '/?Action=ListQueues';
  const { url } = await startEmulator({ name: 'elasticmq', command: 'java', args, port, readyPath });
  return {
    url,
    async reset() {
      const queues = (await ask(`${url}${readyPath}`)).matchAll(/<QueueUrl>(.+?)<\/QueueUrl>/g);
      for (const [, queue = ''] of queues) await ask(`${queue}?Action=DeleteQueue`);
    },
  };
}

async function ask(url: string, method: 'GET' | 'POST' = 'GET'): Promise<string> {
  const answer = await fetch(url, { method });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text;
}

/** Starts one that lasts as long as this process, and keeps it from ending no longer. */
async function startEmulator(spec: HttpServerSpec): Promise<{ readonly url: string }> {
  const { url, process: server } = await startHttpServer(spec);
  server.unref();
  return { url };
}
