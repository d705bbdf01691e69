import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import {
  type AxiosAdapter,
  AxiosHeaders,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
  type RawAxiosHeaders,
} from 'axios';

/**
 * How axios sends here: with Node's own client and nothing between, where its HTTP adapter puts a pipeline of streams around
 * each answer, and reads the environment, for a third of the time of a request. Answers of any status are answers, whole, up
 * to `maxContentLength`; redirects, forms, encodings and proxies are not its business.
 *
 * Rejects with what Node throws, with axios' words where the answer is too long, and its CanceledError.
 */
export const exchange: AxiosAdapter = async (config) => {
  const { promise: answered, resolve, reject } = Promise.withResolvers<AxiosResponse>();
  // As bytes: a text would make Node write the head in its encoding, too.
  const body = typeof config.data === 'string' ? Buffer.from(config.data, 'utf8') : undefined;
  const request = begin(config, body?.length, (answer) => resolve(readAnswer(config, answer)));
  const { signal } = config;
  const cancel = (): void => void request.destroy(new CanceledError());
  request.on('error', reject);
  // Without an answer, as when the server goes on in another protocol.
  request.on('close', () => reject(new Error('aborted')));
  signal?.addEventListener?.('abort', cancel);
  request.end(body);
  try {
    return await answered;
  } catch (error) {
    throw signal?.aborted === true ? new CanceledError() : error;
  } finally {
    signal?.removeEventListener?.('abort', cancel);
  }
};

function begin(
  config: InternalAxiosRequestConfig,
  length: number | undefined,
  onAnswer: (answer: IncomingMessage) => void,
): ClientRequest {
  const { protocol, hostname, port, pathname, search } = new URL(config.url ?? '');
  const isSecure = protocol === 'https:';
  const options: RequestOptions = {
    protocol,
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path: pathname + search,
    method: config.method?.toUpperCase(),
    headers: { ...stringsOf(config.headers), ...(length !== undefined && { 'content-length': length }) },
    agent: isSecure ? config.httpsAgent : config.httpAgent,
  };
  const transport: Transport | undefined = config.transport;
  if (transport) return transport.request(options, onAnswer);
  return isSecure ? httpsRequest(options, onAnswer) : httpRequest(options, onAnswer);
}

/** What stands in the place of Node's client. */
interface Transport {
  readonly request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest;
}

/** Without those that are not to be sent. */
function stringsOf(headers: InternalAxiosRequestConfig['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers.toJSON()).map(([name, value]) => [name, String(value)]));
}

async function readBody(answer: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    answer.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (limit < 0 || length <= limit) return;
      reject(new Error(`maxContentLength size of ${limit} exceeded`));
      answer.destroy();
    });
    answer.on('end', () => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)));
    answer.on('error', reject);
    answer.on('aborted', () => reject(new Error('aborted')));
  });
}

async function readAnswer(config: InternalAxiosRequestConfig, answer: IncomingMessage): Promise<AxiosResponse> {
  const data = await readBody(answer, config.maxContentLength ?? -1);
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer;
  return { data, status, statusText, headers: new AxiosHeaders(answer.headers as RawAxiosHeaders), config };
}
