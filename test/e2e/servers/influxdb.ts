import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInfluxdb } from './build.ts';
import { findFreePort } from './free-port.ts';
import { startHttpServer } from './http-server.ts';
import { createScratchFolder } from './scratch-folder.ts';

/** A running InfluxDB 1.8, which answers Flux as InfluxDB 2 does: its buckets are `DATABASE/autogen`. */
export interface InfluxdbServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Of its only user; there is no other one that it lets in. */
  readonly token: string;
  readonly bucket: string;
  /** Writes points in line protocol; they can be asked for at once. */
  write(lines: readonly string[]): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

const USER = 'assay';
const PASSWORD = 'for-tests-only';
const DATABASE = 'shop';

/** Starts an InfluxDB on 127.0.0.1; resolves when it has a database and a user. */
export async function startInfluxdb(): Promise<InfluxdbServer> {
  const command = await ensureInfluxdb();
  const [port, backupPort] = [await findFreePort(), await findFreePort()];
  const folder = createScratchFolder('influxdb');
  const configPath = join(folder, 'influxdb.toml');
  writeFileSync(configPath, settings(folder, port, backupPort));
  const server = await startHttpServer({
    name: 'influxdb',
    command,
    args: ['-config', configPath],
    port,
    readyPath: '/ping',
    folder,
  });

  const { url } = server;
  const token = `${USER}:${PASSWORD}`;
  const post = async (path: string, body: string | URLSearchParams): Promise<void> => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers: { authorization: `Token ${token}` }, body });
    const text = await answer.text();
    if (!answer.ok || text.includes('"error"')) throw new Error(`InfluxDB: ${answer.status} ${text}`);
  };
  try {
    // Its first user is the only thing that anybody may make.
    await post(
      '/query',
      new URLSearchParams({ q: `CREATE USER ${USER} WITH PASSWORD '${PASSWORD}' WITH ALL PRIVILEGES` }),
    );
    await post('/query', new URLSearchParams({ q: `CREATE DATABASE ${DATABASE}` }));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url,
    token,
    bucket: `${DATABASE}/autogen`,
    write: (lines) => post(`/write?db=${DATABASE}`, lines.join('\n')),
    stop: () => server.stop(),
  };
}

function settings(folder: string, port: number, backupPort: number): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${backupPort}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[http]
bind-address = "127.0.0.1:${port}"
flux-enabled = true
auth-enabled = true
[monitor]
store-enabled = false
`;
}
