import { AssayError } from '../../model/errors.ts';
import type { WatchEvent } from '../../model/cluster.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import type { ResourceKind } from '../../model/resources.ts';
import { failureOf } from './failure.ts';
import { readWatchEvent, type SetAside } from './object.ts';
import type { Connection } from './connection.ts';

/** One object and its metadata are 1.5 MiB at most in etcd; what is longer than this is no watch. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/** As API servers write it. */
const CHANGE = '{"type":"MODIFIED",';

interface WatchOptions {
  /** Of the cluster, for messages. */
  readonly name: string;
  readonly kind: ResourceKind;
  readonly path: string;
  readonly idleMs: number;
  readonly signal: AbortSignal;
  readonly setAside: SetAside;
  /** The object of a line, where it has been read before. */
  readonly take: (line: string) => KubernetesObject | undefined;
  /** Told of each that is read here. */
  readonly read: (object: KubernetesObject) => void;
}

/**
 * Follows the watch at `path` until the server ends it, `signal` aborts, or nothing has come for `idleMs`: a connection
 * that was cut without a word looks just like that.
 *
 * @throws AssayError ASSAY_CLUSTER_EXPIRED, and all that requests throw
 */
export async function* readWatch(
  connection: Connection,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<KubernetesObject>> {
  const { name, kind, path, idleMs, signal, setAside } = options;
  if (signal.aborted) return;
  try {
    const answer = await connection.open({ path, responseTimeoutMs: idleMs, signal });
    if (answer.status >= 300) {
      throw failureOf(name, { status: answer.status, headers: answer.headers, body: await answer.body.text() });
    }
    for await (const line of readLines(answer.body.setEncoding('utf8'))) {
      const isChange = line.startsWith(CHANGE);
      const known = isChange ? options.take(line) : undefined;
      const event = known ? { type: 'MODIFIED' as const, object: known } : readWatchEvent(name, kind, line, setAside);
      if (event && isChange && !known) options.read(event.object);
      if (event) yield event;
    }
  } catch (error) {
    if (signal.aborted || isIdle(error)) return;
    throw connection.explain(error);
  }
}

async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) yield line;
    if (rest.length > MAX_LINE_LENGTH) {
      throw new AssayError('ASSAY_CLUSTER_UNREACHABLE', 'a line of the watch does not end', { retry: true });
    }
  }
}

function isIdle(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'UND_ERR_BODY_TIMEOUT';
}
