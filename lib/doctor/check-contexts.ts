import { type KubeConfigSource, kubeConfigCredentials, listContexts } from '../clusters/access/kubeconfig.ts';
import { AssayError } from '../model/errors.ts';
import type { HttpRequest, HttpResponse } from '../model/http.ts';
import { checkCluster } from './check-cluster.ts';
import type { CheckResult } from './check-result.ts';
import { LateError, lookAtEach } from './look-at-each.ts';

export interface ContextsCheckOptions {
  readonly source: KubeConfigSource;
  /** Those to look at; none: all that there are. */
  readonly contexts: readonly string[];
  readonly namespace?: string | undefined;
  readonly http: (request: HttpRequest) => Promise<HttpResponse>;
  readonly now: () => Date;
  /** For one context, whatever hangs in it. Default 30,000. */
  readonly timeoutMs?: number;
}

/** What was found in one context. */
export interface CheckedContext {
  readonly name: string;
  readonly results: readonly CheckResult[];
}

export interface CheckedContexts {
  /** About the kubeconfig itself. */
  readonly kubeconfig: CheckResult;
  readonly contexts: readonly CheckedContext[];
}

/**
 * Looks at the clusters of a kubeconfig, each by itself: what one of them does stops no other. Nothing that is secret is
 * in a result: what no error of ours explains is told by its name alone.
 */
export async function checkContexts(options: ContextsCheckOptions): Promise<CheckedContexts> {
  const { source, contexts } = options;
  const about = { area: 'kubeconfig', subject: 'kubeconfig' } as const;
  let there: readonly string[];
  try {
    there = (await listContexts(source)).map(({ name }) => name);
  } catch (error) {
    const hasNone = 'default' in source;
    const mend = hasNone
      ? 'Without a cluster, `assay run` and `assay lint` work on files; for one, give --kubeconfig FILE or set KUBECONFIG.'
      : 'Give the file of a kubeconfig that has contexts.';
    return { kubeconfig: { ...about, status: hasNone ? 'warn' : 'fail', message: wordsOf(error), mend }, contexts: [] };
  }
  const names = contexts.length > 0 ? contexts : there;
  const message = `${there.length} ${there.length === 1 ? 'context' : 'contexts'}`;
  const { namespace, http, now, timeoutMs } = options;
  const found = await lookAtEach<readonly CheckResult[]>(names, {
    async look(name) {
      const credentials = await kubeConfigCredentials(source, name);
      return checkCluster({ name, credentials, http, addressMode: 'proxy', namespace, addresses: [], now });
    },
    failed: (_name, error) => [failureOf(error)],
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return {
    kubeconfig: { ...about, status: 'ok', message },
    contexts: found.map(({ name, found: results }) => ({ name, results })),
  };
}

function failureOf(error: unknown): CheckResult {
  const about = { area: 'server', subject: 'API server', status: 'fail', message: wordsOf(error) } as const;
  if (error instanceof LateError) {
    const mend = 'See whether `kubectl --context` gets an answer: its plugin for credentials may wait for somebody.';
    return { ...about, mend };
  }
  return { ...about, mend: error instanceof AssayError ? error.hint : 'Ask with `kubectl --context` what it says.' };
}

function wordsOf(error: unknown): string {
  if (error instanceof AssayError || error instanceof LateError) return error.message;
  return `failed with ${error instanceof Error ? error.name : typeof error}`;
}
