import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess, type ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** A server of which tests see no more than its port. */
export interface HttpServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  /** Answered with success once it is ready. */
  readonly readyPath: string;
  /** Where it runs; goes with it. Else one of its own. */
  readonly folder?: string;
  /** Beside HOME and PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server on 127.0.0.1. */
export interface HttpServer {
  /** Without a path. */
  readonly url: string;
  readonly process: ServerProcess;
  /** Ends it and deletes its folder. */
  stop(): Promise<void>;
}

/** Starts a server and resolves when it answers; rejects with the end of its log. */
export async function startHttpServer(spec: HttpServerSpec): Promise<HttpServer> {
  const { name, command, args, port, readyPath, folder = createScratchFolder(name) } = spec;
  const logPath = `${folder}/${name}.log`;
  const env = { HOME: folder, PATH: process.env['PATH'] ?? '', ...spec.env };
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
  return { url, process: server, stop };
}
