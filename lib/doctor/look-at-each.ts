import { setTimeout as sleep } from 'node:timers/promises';

export interface LookAtEachOptions<T> {
  /** `over` is aborted once nobody waits for it any more: nothing is to be written then. */
  readonly look: (name: string, over: AbortSignal) => Promise<T>;
  /** What to say of one whose look threw this, or did not come to an end in time: a `LateError`. */
  readonly failed: (name: string, error: unknown) => T;
  /** As many are looked at at once. Default 8. */
  readonly places?: number;
  /** For one, whatever hangs in it. Default 30,000. */
  readonly timeoutMs?: number;
  /** Called as each comes to its end. */
  readonly onDone?: (name: string, found: T) => void;
}

export interface Looked<T> {
  readonly name: string;
  readonly found: T;
}

/** A look that was not waited for any longer. */
export class LateError extends Error {
  override readonly name = 'LateError';
}

const PLACES = 8;
const TIMEOUT_MS = 30_000;

/** Looks at each, several at once; what one of them does stops no other. What was found is in the order of the names. */
export async function lookAtEach<T>(
  names: readonly string[],
  options: LookAtEachOptions<T>,
): Promise<readonly Looked<T>[]> {
  const { places = PLACES, onDone } = options;
  const waiting = names.map((name, index) => ({ name, index }));
  const all: Looked<T>[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { name, index } = next;
      const found = await lookInTime(name, options);
      all[index] = { name, found };
      onDone?.(name, found);
    }
  };
  await Promise.all(Array.from({ length: places }, work));
  return all;
}

async function lookInTime<T>(name: string, { look, failed, timeoutMs = TIMEOUT_MS }: LookAtEachOptions<T>): Promise<T> {
  const over = new AbortController();
  const late = async (): Promise<never> => {
    await sleep(timeoutMs, undefined, { signal: over.signal });
    throw new LateError(`did not come to an end within ${timeoutMs / 1000} s`);
  };
  try {
    return await Promise.race([look(name, over.signal), late()]);
  } catch (error) {
    return failed(name, error);
  } finally {
    over.abort();
  }
}
