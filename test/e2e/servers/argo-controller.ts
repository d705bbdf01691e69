import { join } from 'node:path';
import { ensureArgoController } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { findFreePort } from './free-port.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** Argo Rollouts' own controller, at work in one namespace. */
export interface ArgoController {
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Runs it as admin; resolves when it is ready. */
export async function startArgoController(plane: ControlPlane, namespace: string): Promise<ArgoController> {
  const command = await ensureArgoController();
  const folder = createScratchFolder('argo-controller');
  const logPath = join(folder, 'controller.log');
  const [healthzPort, metricsPort] = [await findFreePort(), await findFreePort()];
  const server = startProcess({
    command,
    args: [
      `--kubeconfig=${plane.kubeconfigPath}`,
      '--namespaced',
      `--namespace=${namespace}`,
      '--leader-elect=false',
      `--healthzPort=${healthzPort}`,
      `--metricsPort=${metricsPort}`,
    ],
    logPath,
    cwd: folder,
    env: { HOME: folder },
  });
  await waitFor(
    "Argo's controller",
    async () => {
      if (server.hasEnded()) throw describeFailure(server, logPath, 'ended');
      return (await fetch(`http://127.0.0.1:${healthzPort}/healthz`)).ok;
    },
    { timeoutMs: 60_000 },
  );
  return {
    async stop() {
      await server.stop();
      removeScratchFolder(folder);
    },
  };
}
