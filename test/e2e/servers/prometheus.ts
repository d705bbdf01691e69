import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureServers } from './build.ts';
import { findFreePort } from './free-port.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess, type ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** What Prometheus scrapes: `targets` are `127.0.0.1:PORT`, asked for `/metrics` each `scrapeInterval` (`1s`). */
export interface PrometheusOptions {
  readonly targets: readonly string[];
  readonly scrapeInterval?: string;
  /** More flags of prometheus. */
  readonly flags?: readonly string[];
  /**
   * Of `--web.config.file`, with TLS: https, client certificates, users; files in it by whole paths. Then `query` may have no
   * way in.
   */
  readonly web?: { readonly tls_server_config: object; readonly basic_auth_users?: Readonly<Record<string, string>> };
}

/** One series of the answer to an instant query. */
export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [unixSeconds: number, value: string];
}

/** A running Prometheus. */
export interface PrometheusServer {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly url: string;
  readonly pid: () => number | undefined;
  /** Promises the series of an instant query that gives a vector; rejects with what Prometheus says. */
  query(expression: string): Promise<readonly PrometheusSample[]>;
  /** Ends it; `start` brings it back with its data. */
  stop(): Promise<void>;
  /** Starts it again on the same port; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it for good and deletes its data. */
  remove(): Promise<void>;
}

/** Starts a Prometheus on 127.0.0.1; resolves when it answers. It looks at its targets 5 s later, at each start. */
export async function startPrometheus({
  targets,
  scrapeInterval = '1s',
  flags = [],
  web,
}: PrometheusOptions): Promise<PrometheusServer> {
  const { prometheus: command } = await ensureServers();
  const port = await findFreePort();
  const url = `${web ? 'https' : 'http'}://127.0.0.1:${port}`;
  const folder = createScratchFolder('prometheus');
  const logPath = join(folder, 'prometheus.log');
  const configPath = join(folder, 'prometheus.yml');
  const webConfigPath = join(folder, 'web.yml');
  // JSON is YAML too.
  if (web) writeFileSync(webConfigPath, JSON.stringify(web));
  const config = {
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval, evaluation_interval: scrapeInterval },
    scrape_configs: [{ job_name: 'sample', static_configs: [{ targets }] }],
  };
  writeFileSync(configPath, JSON.stringify(config));
  const args = [
    `--config.file=${configPath}`,
    `--storage.tsdb.path=${join(folder, 'series')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // It is known by its log to be ready where nobody is let in without a certificate.
    `--log.level=${web ? 'info' : 'warn'}`,
    ...(web ? [`--web.config.file=${webConfigPath}`] : []),
    ...flags,
  ];

  let server: ServerProcess | undefined;
  const start = async (): Promise<void> => {
    if (server === undefined || server.hasEnded()) {
      server = startProcess({ command, args, cwd: folder, logPath, env: { HOME: folder } });
    }
    await waitUntilReady(server, web ? undefined : url, logPath);
  };
  const remove = async (): Promise<void> => {
    await server?.stop(0);
    removeScratchFolder(folder);
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url,
    pid: () => (server?.hasEnded() === false ? server.pid : undefined),
    query: (expression) => query(url, expression),
    async stop() {
      await server?.stop();
    },
    start,
    remove,
  };
}

/** @param url  undefined: its log says so */
async function waitUntilReady(server: ServerProcess, url: string | undefined, logPath: string): Promise<void> {
  const isReady = async (): Promise<boolean> =>
    url === undefined
      ? server.logTail(200).includes('Server is ready to receive web requests')
      : (await fetch(`${url}/-/ready`)).ok;
  try {
    await waitFor('prometheus', async () => server.hasEnded() || (await isReady()), { timeoutMs: 60_000, everyMs: 50 });
  } catch (error) {
    throw describeFailure(server, logPath, `is not ready: ${(error as Error).message}`);
  }
  if (server.hasEnded()) throw describeFailure(server, logPath, 'ended');
}

async function query(url: string, expression: string): Promise<readonly PrometheusSample[]> {
  const answer = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
  });
  const { status, error, data } = (await answer.json()) as {
    status: string;
    error?: string;
    data?: { resultType: string; result: readonly PrometheusSample[] };
  };
  if (status !== 'success' || data === undefined) throw new Error(`Prometheus: ${error ?? answer.status}`);
  if (data.resultType !== 'vector') throw new Error(`a vector was expected, not a ${data.resultType}`);
  return data.result;
}
