import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTraefik } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { findFreePort } from './free-port.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** A proxy that leads requests, by their Host header, to the pods of a cluster. */
export interface Traefik {
  readonly address: '127.0.0.1';
  readonly port: number;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

/** What Traefik finds routes in, each of which it reads from the API server by itself. */
export type TraefikProvider = 'kubernetesCRD' | 'kubernetesGateway' | 'kubernetesIngressNGINX';

/** Runs it as admin; resolves when it answers. The CRDs that a provider reads have to be there. */
export async function startTraefik(
  { server, adminToken, caPem }: ControlPlane,
  providers: readonly TraefikProvider[],
): Promise<Traefik> {
  const command = await ensureTraefik();
  const folder = createScratchFolder('traefik');
  const logPath = join(folder, 'traefik.log');
  const caPath = join(folder, 'ca.pem');
  writeFileSync(caPath, caPem);
  const [port, pingPort] = [await findFreePort(), await findFreePort()];
  const proxy = startProcess({
    command,
    args: [
      `--entrypoints.web.address=127.0.0.1:${port}`,
      `--entrypoints.traefik.address=127.0.0.1:${pingPort}`,
      '--ping=true',
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      '--providers.providersthrottleduration=100ms',
      ...providers.flatMap((provider) => [
        `--providers.${provider}.endpoint=${server}`,
        `--providers.${provider}.token=${adminToken}`,
        `--providers.${provider}.certauthfilepath=${caPath}`,
      ]),
    ],
    logPath,
    cwd: folder,
    env: { HOME: folder },
  });
  await waitFor('traefik', async () => {
    if (proxy.hasEnded()) throw describeFailure(proxy, logPath, 'ended');
    return (await fetch(`http://127.0.0.1:${pingPort}/ping`)).ok;
  });
  return {
    address: '127.0.0.1',
    port,
    async stop() {
      await proxy.stop();
      removeScratchFolder(folder);
    },
  };
}
