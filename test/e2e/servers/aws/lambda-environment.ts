import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createScratchFolder, removeScratchFolder } from '../scratch-folder.ts';
import { startProcess } from '../server-process.ts';

/** What Lambda knows of a function. */
export interface LambdaSpec {
  readonly name: string;
  /** The folder of the package, as Lambda unpacks it. */
  readonly root: string;
  /** `dist/functions/on-message/index.handler`. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** How an invocation went. */
export type Invocation =
  | { readonly went: 'well'; readonly result: unknown; readonly ms: number }
  | {
      readonly went: 'wrong';
      readonly reason: 'error' | 'timeout' | 'crash';
      readonly message: string;
      readonly ms: number;
    };

/** One process of a function, which handles one event at a time and is frozen in between, as Lambda does. */
export interface LambdaEnvironment {
  readonly pid: number;
  /** From its start to its first call for an event; undefined until then. */
  readonly initMs: () => number | undefined;
  readonly isGone: () => boolean;
  /** Never rejects. Call it again only once it has resolved. */
  invoke(event: unknown): Promise<Invocation>;
  /** SIGKILL: an invocation under way ends as a crash. */
  kill(): Promise<void>;
  /** What it has written to stdout and stderr. */
  log(): string;
  logBytes(): number;
  /** The most memory it has had, in MB; 0 once it is gone. */
  peakRssMb(): number;
  /** Ends it and deletes its log. */
  remove(): Promise<void>;
}

interface Job {
  readonly id: string;
  readonly event: string;
  readonly settle: (outcome: Unmeasured) => void;
  startedMs: number;
  timer?: NodeJS.Timeout;
}

type Unmeasured = { [Kind in Invocation['went']]: Omit<Extract<Invocation, { went: Kind }>, 'ms'> }[Invocation['went']];

const PLACE =
  /^\/2018-06-01\/runtime\/(?:invocation\/(?<next>next)|invocation\/(?<id>[^/]+)\/(?<end>response|error)|init\/error)$/;

/** Starts a process of `spec` by the program at `bootstrap`; it need not be ready when this resolves. */
export async function openLambdaEnvironment(spec: LambdaSpec, bootstrap: string): Promise<LambdaEnvironment> {
  const folder = createScratchFolder(`lambda-${spec.name}`);
  const logPath = join(folder, 'log');
  let job: Job | undefined;
  let waiting: ServerResponse | undefined;
  let initMs: number | undefined;
  let initProblem = '';

  const finish = (outcome: Unmeasured): void => {
    clearTimeout(job?.timer);
    job?.settle(outcome);
    job = undefined;
  };
  const hand = (): void => {
    if (job === undefined || waiting === undefined) return;
    server.signal('SIGCONT');
    const current = job;
    current.startedMs = performance.now();
    current.timer = setTimeout(() => {
      server.signal('SIGKILL');
      finish({ went: 'wrong', reason: 'timeout', message: `Task timed out after ${spec.timeoutMs / 1000} seconds` });
    }, spec.timeoutMs);
    waiting
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': current.id,
        'lambda-runtime-deadline-ms': String(Date.now() + spec.timeoutMs),
        'lambda-runtime-invoked-function-arn': arnOf(spec.name),
      })
      .end(current.event);
    waiting = undefined;
  };
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const match = PLACE.exec(request.url ?? '');
    if (match?.groups?.['next'] !== undefined) {
      initMs ??= performance.now() - bornMs;
      waiting = response;
      if (job === undefined) server.signal('SIGSTOP');
      else hand();
      return;
    }
    const body = await readBody(request);
    response.writeHead(match === null ? 404 : 202).end('{}');
    if (match?.groups?.['id'] === undefined) {
      initProblem = body;
    } else if (job?.id === match.groups['id']) {
      if (match.groups['end'] === 'response') finish({ went: 'well', result: JSON.parse(body) });
      else finish({ went: 'wrong', reason: 'error', message: body });
    }
  };

  const api = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(api.address() as AddressInfo).port}`;
  const bornMs = performance.now();
  const server = startProcess({
    command: process.execPath,
    args: [bootstrap],
    cwd: spec.root,
    logPath,
    env: { ...lambdaVariables(spec, address), ...spec.environment },
  });
  const cleanUp = async (): Promise<void> => {
    const { code, signal } = await server.ended;
    api.closeAllConnections();
    api.close();
    const message = `Runtime exited: ${signal ?? code}${initProblem && `; ${initProblem}`}`;
    finish({ went: 'wrong', reason: 'crash', message });
  };
  const ended = cleanUp();

  return {
    pid: server.pid ?? 0,
    initMs: () => initMs,
    isGone: server.hasEnded,
    invoke(event) {
      return new Promise((resolve) => {
        const current: Job = {
          id: randomUUID(),
          event: JSON.stringify(event),
          startedMs: performance.now(),
          settle: (outcome) => resolve({ ...outcome, ms: performance.now() - current.startedMs }),
        };
        job = current;
        if (server.hasEnded()) finish({ went: 'wrong', reason: 'crash', message: 'Runtime exited before' });
        else hand();
      });
    },
    async kill() {
      await server.stop(0);
      await ended;
    },
    log: () => readFileSync(logPath, 'utf8'),
    logBytes: () => statSync(logPath).size,
    peakRssMb: () => (server.hasEnded() ? 0 : peakRssMb(server.pid ?? 0)),
    async remove() {
      await server.stop(0);
      await ended;
      removeScratchFolder(folder);
    },
  };
}

export function arnOf(name: string): string {
  return `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
}

/** @source https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, what the runtime reserves */
function lambdaVariables({ name, root, handler, memoryMb }: LambdaSpec, api: string): Record<string, string> {
  return {
    AWS_LAMBDA_RUNTIME_API: api,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: root,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'test',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'ASIATESTS',
    AWS_SECRET_ACCESS_KEY: 'for-tests-only',
    AWS_SESSION_TOKEN: 'for-tests-only',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
  };
}

function peakRssMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  incoming.setEncoding('utf8');
  let body = '';
  for await (const chunk of incoming) body += chunk;
  return body;
}
