import { join } from 'node:path';

/** The flags of an etcd of one member on 127.0.0.1, its data below `folder`. */
export function etcdArgs({
  folder,
  clientUrl,
  peerPort,
}: {
  folder: string;
  clientUrl: string;
  peerPort: number;
}): string[] {
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    // Nobody needs the data after a power cut.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

/** Compacts etcd at its newest revision: all older ones are gone for good. Rejects with what etcd says. */
export async function compactEtcd(clientUrl: string): Promise<void> {
  // Its JSON gateway writes 64-bit numbers as strings.
  const { header } = (await post(`${clientUrl}/v3/maintenance/status`, {})) as { header: { revision: string } };
  await post(`${clientUrl}/v3/kv/compaction`, { revision: header.revision, physical: true });
}

async function post(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
