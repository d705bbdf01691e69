import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';

/** The bytes of bodies that a server holds. */
export interface BodyBudget {
  /** Whether a body of `own` bytes so far may have so many more; then they count. */
  take(bytes: number, own: number): boolean;
  give(bytes: number): void;
}

/** What a chunk takes beside its bytes. */
const CHUNK_OVERHEAD = 256;
/** What bodies of usual size are read in, however many large ones there are. */
const SMALL_BODY = 64 * 1024;
const KEPT_FOR_SMALL = 1 / 2;

/** @param mostBytes  half of them is kept for bodies of up to 64 KiB, so that large ones do not shut them out */
export function bodyBudget(mostBytes: number): BodyBudget {
  const mostForLarge = mostBytes * (1 - KEPT_FOR_SMALL);
  let held = 0;
  return {
    take(bytes, own) {
      if (held + bytes > (own + bytes > SMALL_BODY ? mostForLarge : mostBytes)) return false;
      held += bytes;
      return true;
    },
    give: (bytes) => void (held -= bytes),
  };
}

export interface ReadBody {
  readonly text: string;
  /** Why the text is only the beginning of the body. */
  readonly cut?: 'too long' | 'too much at once';
  /** To be called when the text is no longer needed. */
  release(): void;
}

/**
 * Reads a body of at most `longest` bytes. Where it is longer, or the budget is used up, the rest is not read: the
 * connection is of no further use then.
 *
 * @throws if the sender hangs up
 */
export function readBody(request: IncomingMessage, longest: number, budget: BodyBudget): Promise<ReadBody> {
  return new Promise((resolve, reject) => {
    // Decoded as they come: buffers that wait for their end would be copied twice.
    const decoder = new StringDecoder('utf8');
    let chunks: string[] = [];
    let length = 0;
    let charged = 0;
    const release = (): void => {
      budget.give(charged);
      charged = 0;
    };
    const cut = (why: ReadBody['cut'] & string, beginning: string): void => {
      request.off('data', onData).pause();
      chunks = [];
      release();
      resolve({ text: beginning, cut: why, release });
    };
    const onData = (chunk: Buffer): void => {
      const cost = chunk.length + CHUNK_OVERHEAD;
      const text = decoder.write(chunk);
      const beginning = chunks[0] ?? text;
      length += chunk.length;
      if (length > longest) return cut('too long', beginning);
      if (!budget.take(cost, charged)) return cut('too much at once', beginning);
      charged += cost;
      chunks.push(text);
      return undefined;
    };
    request.on('data', onData);
    request.on('end', () => {
      const text = chunks.join('') + decoder.end();
      chunks = [];
      resolve({ text, release });
    });
    // After the end it changes nothing.
    request.on('close', () => {
      if (!request.complete) release();
      reject(new Error('the sender has hung up'));
    });
    request.on('error', reject);
  });
}
