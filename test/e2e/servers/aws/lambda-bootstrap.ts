import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// What Lambda's runtime for Node does: loads the handler, then asks for one event after the other and gives the answers
// back. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

type Handler = (event: unknown, context: object) => unknown;

const { AWS_LAMBDA_RUNTIME_API: api = '', LAMBDA_TASK_ROOT: root = '', _HANDLER: handlerName = '' } = process.env;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Answer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function call(method: 'GET' | 'POST', path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`http://${api}/2018-06-01/runtime${path}`, { agent, method }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ headers: incoming.headers, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function describeError(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') });
}

async function loadHandler(): Promise<Handler> {
  const dot = handlerName.lastIndexOf('.');
  const file = join(root, `${handlerName.slice(0, dot)}.js`);
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown> & {
    default?: Record<string, unknown>;
  };
  const name = handlerName.slice(dot + 1);
  const handler = exported[name] ?? exported.default?.[name];
  if (typeof handler !== 'function') throw new TypeError(`${handlerName} is undefined or not exported`);
  return handler as Handler;
}

function contextOf({ headers }: Answer): { awsRequestId: string } {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const { env } = process;
  const context = {
    awsRequestId: String(headers['lambda-runtime-aws-request-id']),
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn']),
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  return context;
}

async function serve(handler: Handler): Promise<never> {
  for (;;) {
    const next = await call('GET', '/invocation/next');
    const context = contextOf(next);
    const place = `/invocation/${context.awsRequestId}`;
    try {
      const result = await handler(JSON.parse(next.body), context);
      await call('POST', `${place}/response`, JSON.stringify(result ?? null));
    } catch (error) {
      console.error(error);
      await call('POST', `${place}/error`, describeError(error));
    }
  }
}

let handler: Handler | undefined;
try {
  handler = await loadHandler();
} catch (error) {
  console.error(error);
  await call('POST', '/init/error', describeError(error));
  process.exitCode = 1;
}
if (handler !== undefined) await serve(handler);
