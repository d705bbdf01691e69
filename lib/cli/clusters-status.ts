import packageJson from '../../package.json' with { type: 'json' };
import { ownSecrets } from '../clusters/access/secret-reference.ts';
import { openConnection } from '../clusters/api/connection.ts';
import { inspect } from '../clusters/api/inspect.ts';
import { kubernetesCluster } from '../clusters/api/kubernetes.ts';
import { clockSkewMs } from '../doctor/check-server.ts';
import { lookAtEach } from '../doctor/look-at-each.ts';
import { accessEnds, lookAtVersions } from '../doctor/look-at-versions.ts';
import { registeredCredentials } from '../aws/registered-cluster.ts';
import { type ClusterSettings, parseClusterSettings } from '../model/cluster-settings.ts';
import { lookAtWork } from './clusters-work.ts';
import { chooseNames } from './clusters-names.ts';
import { showProgress } from './clusters-progress.ts';
import { type ClusterStatus, type StatusRow, statusText } from './clusters-status-table.ts';
import { openStage, type Stage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { lookFailure } from './look-failure.ts';

export interface StatusOptions extends StageOptions {
  /** As the deployment has them (`sharedSecrets`). */
  readonly sharedSecret?: readonly string[];
}

/** Who is later is not looked after. */
const LATE_SECONDS = 60;

/** `assay clusters status`: a line a cluster, asked of the clusters themselves, several at once. */
export async function showStatus(
  names: readonly string[],
  options: StatusOptions,
  console: Console,
): Promise<ExitCode> {
  const stage = openStage(options);
  const documents = await stage.documents.readAll();
  const chosen = chooseNames([...documents.keys()], { names, all: names.length === 0 }, 'cluster');
  const progress = showProgress(console.err, 'looked at', chosen.length);
  const looked = await lookAtEach<StatusRow>(chosen, {
    look: (name) => rowOf(name, documents.get(name) ?? '', options, stage),
    failed: (name, error) => ({ state: 'unknown', name, problem: lookFailure(error) }),
    onDone: (_name, row) => progress.done(isWell(row)),
  });
  progress.close();
  const rows = looked.map(({ found }) => found);
  const ok = rows.every(isWell);
  console.out.write(
    options.output === 'json'
      ? `${JSON.stringify({ ok, clusters: rows.map(flat) }, undefined, 2)}\n`
      : statusText(rows, { now: stage.now(), version: packageJson.version, paint: console.out.paint }),
  );
  return ok ? EXIT.ok : EXIT.failed;
}

function flat(row: StatusRow): object {
  if (row.state !== 'served') return row;
  const { name, state, status } = row;
  return { name, state, ...status };
}

function isWell(row: StatusRow): boolean {
  if (row.state !== 'served') return row.state === 'disabled';
  return row.status.latenessSeconds <= LATE_SECONDS;
}

async function rowOf(
  name: string,
  text: string,
  { sharedSecret = [] }: StatusOptions,
  stage: Stage,
): Promise<StatusRow> {
  const settings = parseClusterSettings(name, text);
  if (settings.disabled) return { state: 'disabled', name };
  const secrets = ownSecrets(stage.secrets, { own: stage.secretNameOf(name), shared: sharedSecret });
  return { state: 'served', name, status: await statusOf(name, settings, { ...stage, secrets }) };
}

async function statusOf(
  name: string,
  settings: ClusterSettings,
  stage: Parameters<typeof registeredCredentials>[2],
): Promise<ClusterStatus> {
  const { now } = stage;
  const credentials = registeredCredentials(name, settings, stage);
  const connection = openConnection({ name, credentials });
  const cluster = kubernetesCluster({ name, credentials, http: refuseHttp, now, addressMode: 'deny' });
  try {
    const inspection = inspect(name, connection);
    await inspection.reach();
    // Asked once more: by now the connection is open, and the answer is as old as one way over the network.
    const sentMs = now().getTime();
    const skewMs = clockSkewMs(await inspection.reach(), [sentMs, now().getTime()]);
    const [versions, work] = await Promise.all([lookAtVersions(inspection), lookAtWork(cluster, settings, now())]);
    return {
      ...work,
      ...versions,
      credentialsEnd: settings.authentication.eks ? undefined : accessEnds(await credentials.access()),
      skewSeconds: skewMs === undefined ? undefined : skewMs / 1000,
    };
  } finally {
    await Promise.all([connection.close(), cluster.close()]);
  }
}

/** Nothing is measured here. */
function refuseHttp(): Promise<never> {
  return Promise.reject(new Error('nothing is measured'));
}
