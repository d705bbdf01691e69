import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pythonOf } from './aws/install.ts';
import { ensureGraphite } from './build.ts';
import { findFreePort } from './free-port.ts';
import { startHttpServer } from './http-server.ts';
import { createScratchFolder } from './scratch-folder.ts';
import { startProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** A running Graphite: carbon, which takes points in, and graphite-web, which renders them. */
export interface GraphiteServer {
  /** Of graphite-web, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Gives carbon one point of now for each path; resolves when all can be asked for. */
  write(values: Readonly<Record<string, number>>): Promise<void>;
  /** Ends both and deletes their data. */
  stop(): Promise<void>;
}

/** Starts a Graphite on 127.0.0.1, which keeps a point a second for an hour; resolves when it answers. */
export async function startGraphite(): Promise<GraphiteServer> {
  const installed = await ensureGraphite();
  const ports = { line: await findFreePort(), pickle: await findFreePort(), query: await findFreePort() };
  const folder = createScratchFolder('graphite');
  for (const name of ['whisper', 'log/webapp']) mkdirSync(join(folder, 'storage', name), { recursive: true });
  writeFileSync(join(folder, 'carbon.conf'), carbonSettings(ports));
  writeFileSync(join(folder, 'storage-schemas.conf'), '[all]\npattern = .*\nretentions = 1s:1h\n');
  writeFileSync(join(folder, 'assay_settings.py'), webSettings(folder, ports.query));
  const env = {
    GRAPHITE_ROOT: folder,
    GRAPHITE_STORAGE_DIR: join(folder, 'storage'),
    GRAPHITE_CONF_DIR: folder,
    GRAPHITE_SETTINGS_MODULE: 'assay_settings',
    PYTHONPATH: folder,
  };
  const command = pythonOf(installed);
  const carbon = startProcess({
    command,
    args: [
      join(installed, 'bin/carbon-cache.py'),
      `--config=${join(folder, 'carbon.conf')}`,
      `--pidfile=${join(folder, 'carbon.pid')}`,
      '--nodaemon',
      'start',
    ],
    cwd: folder,
    logPath: join(folder, 'carbon.log'),
    env: { HOME: folder, ...env },
  });
  const port = await findFreePort();
  const place = ['--settings=graphite.settings', `127.0.0.1:${port}`];
  const web = await startHttpServer({
    name: 'graphite-web',
    command,
    args: ['-m', 'django', 'runserver', '--noreload', '--nostatic', ...place],
    port,
    readyPath: '/render?target=nothing&format=json',
    folder,
    env,
  }).catch(async (error: unknown) => {
    await carbon.stop(0);
    throw error;
  });

  const isThere = async (path: string, seconds: number): Promise<boolean> => {
    const answer = await fetch(`${web.url}/render?format=json&from=-1h&target=${path}`);
    const series = (await answer.json()) as readonly { readonly datapoints: readonly (readonly unknown[])[] }[];
    return series.some(({ datapoints }) => datapoints.some(([value, time]) => time === seconds && value !== null));
  };
  return {
    url: web.url,
    async write(values) {
      const seconds = Math.floor(Date.now() / 1000);
      const points = Object.entries(values).map(([path, value]) => `${path} ${value} ${seconds}\n`);
      await waitFor('carbon to take points in', async () => {
        if (carbon.hasEnded()) throw new Error(carbon.logTail());
        await send(ports.line, points.join(''));
        return true;
      });
      for (const path of Object.keys(values)) {
        await waitFor(`the points of ${path}`, () => isThere(path, seconds));
      }
    },
    async stop() {
      await carbon.stop(0);
      await web.stop();
    },
  };
}

function send(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    socket.once('error', reject).once('close', () => resolve());
  });
}

function carbonSettings({
  line,
  pickle,
  query,
}: {
  readonly line: number;
  readonly pickle: number;
  readonly query: number;
}) {
  return `
[cache]
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${line}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = ${pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = ${query}
ENABLE_TAGS = False
MAX_CREATES_PER_MINUTE = inf
`;
}

/** The page of graphs keeps accounts in a database; what renders JSON asks for none. */
function webSettings(folder: string, queryPort: number): string {
  return `
ALLOWED_HOSTS = ['127.0.0.1']
SECRET_KEY = 'for-tests-only'
CARBONLINK_HOSTS = ['127.0.0.1:${queryPort}:a']
LOG_DIR = '${folder}/storage/log/webapp'
`;
}
