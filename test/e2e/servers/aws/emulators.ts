import { join } from 'node:path';
import { findFreePort } from '../free-port.ts';
import { createScratchFolder, removeScratchFolder } from '../scratch-folder.ts';
import { describeFailure, startProcess } from '../server-process.ts';
import { waitFor } from '../wait-for.ts';
import { ensureEmulators } from './install.ts';

/** A running emulator on 127.0.0.1. What it holds goes with it. */
export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** The account that moto says it is. */
export const MOTO_ACCOUNT = '123456789012';

/**
 * Starts moto: EventBridge, SSM, Secrets Manager and STS. Its SQS takes 25 to 300 ms of processor time for a batch of ten
 * once a thousand messages are there, so it serves as the target of rules only.
 */
export async function startMoto(): Promise<Emulator> {
  const { motoPython } = await ensureEmulators();
  const port = await findFreePort();
  const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  return startEmulator({ name: 'moto', command: motoPython, args, port, readyPath: '/moto-api/' });
}

/** Starts ElasticMQ: the queues. It has no fair queues: see `queue-poller.ts`. */
export async function startElasticMq(): Promise<Emulator> {
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
  return startEmulator({ name: 'elasticmq', command: 'java', args, port, readyPath: '/?Action=ListQueues' });
}

interface EmulatorSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly readyPath: string;
}

async function startEmulator({ name, command, args, port, readyPath }: EmulatorSpec): Promise<Emulator> {
  const folder = createScratchFolder(name);
  const logPath = join(folder, `${name}.log`);
  const env = { HOME: folder, PATH: process.env['PATH'] ?? '' };
  const server = startProcess({ command, args, cwd: folder, logPath, env });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await server.stop(0);
    removeScratchFolder(folder);
  };
  try {
    await waitFor(name, async () => server.hasEnded() || (await fetch(`${url}${readyPath}`)).ok, { timeoutMs: 90_000 });
    if (server.hasEnded()) throw new Error('it ended');
  } catch (error) {
    const failure = describeFailure(server, logPath, `is not ready: ${(error as Error).message}`);
    await stop();
    throw failure;
  }
  return { url, stop };
}
