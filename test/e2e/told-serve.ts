import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../lib/webhook/certificate.ts';
import type { AnalysisCluster } from './analysis-cluster.ts';
import { type AssayServe, startAssayServe } from './servers/assay-serve.ts';
import { type AssayWebhook, startAssayWebhook } from './servers/assay-webhook.ts';
import { findFreePort } from './servers/free-port.ts';
import { createScratchFolder, removeScratchFolder } from './servers/scratch-folder.ts';
import { waitFor } from './servers/wait-for.ts';
import { openSilentWatches, type SilentWatches } from './silent-watches.ts';

export interface ToldServe {
  readonly silence: SilentWatches;
  readonly assay: AssayServe;
  readonly webhook: AssayWebhook;
  stop(): Promise<void>;
}

/**
 * `assay serve --listen` whose own watches never tell anything, and a webhook that tells it: what it hears of the cluster,
 * it hears from that. The webhook has told something when it comes back.
 *
 * @param port  where the API server looks for the webhook
 * @param args  for `assay serve`, beside those of `--listen`
 */
export async function startToldServe(
  cluster: AnalysisCluster,
  port: number,
  args: readonly string[] = [],
): Promise<ToldServe> {
  const { plane } = cluster;
  const folder = createScratchFolder('listen-token');
  const begun: (() => Promise<unknown>)[] = [async () => removeScratchFolder(folder)];
  const stop = async (): Promise<void> => {
    for (const each of begun.toReversed()) await each();
  };
  try {
    const files = { token: join(folder, 'token'), cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    const { certificate, key, authorities } = await makeCertificate(['127.0.0.1'], new Date());
    const authority = join(folder, 'ca.crt');
    writeFileSync(files.token, 'a-token-for-tests-only');
    writeFileSync(files.cert, certificate);
    writeFileSync(files.key, key);
    writeFileSync(authority, authorities);
    const listen = `127.0.0.1:${await findFreePort()}`;
    const silence = await openSilentWatches(cluster);
    begun.push(() => silence.stop());
    const assay = await startAssayServe({
      kubeconfigPath: silence.kubeconfigPath,
      args: [
        ...args,
        `--listen=${listen}`,
        `--listen-token-file=${files.token}`,
        `--listen-cert=${files.cert}`,
        `--listen-key=${files.key}`,
      ],
    });
    begun.push(() => assay.stop());
    const env = {
      ASSAY_CLUSTER: plane.name,
      ASSAY_BUS_URL: `https://${listen}`,
      ASSAY_BUS_TOKEN_FILE: files.token,
      NODE_EXTRA_CA_CERTS: authority,
    };
    const webhook = await startAssayWebhook({ plane, port, env });
    begun.push(() => webhook.kill());
    // API servers hear of a configuration, and of its authority, through a watch.
    await waitFor('a first event', async () => {
      const { metadata } = await cluster.createRun(`first-${performance.now()}`, { metrics: [] });
      await cluster.deleteRun(metadata.name ?? '');
      return /^assay_webhook_events_published_total [1-9]/m.test((await webhook.page('/metrics')).body);
    });
    return { silence, assay, webhook, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
