import { join } from 'node:path';
import { ensureArgoController } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { findFreePort } from './free-port.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';
import { describeFailure, startProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** Argo Rollouts' own controller, at work in one namespace. */
export interface ArgoController {
  readonly pid: number;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ArgoControllerOptions {
  /** Default: admin. */
  readonly user?: string;
  /** Of requests to the API server; default: its own, 40 a second and 80 at once. */
  readonly rate?: { readonly qps: number; readonly burst: number };
}

/** Runs it with its defaults in all else; resolves when it is ready. */
export async function startArgoController(
  plane: ControlPlane,
  namespace: string,
  { user, rate }: ArgoControllerOptions = {},
): Promise<ArgoController> {
  const command = await ensureArgoController();
  const folder = createScratchFolder('argo-controller');
  const logPath = join(folder, 'controller.log');
  const [healthzPort, metricsPort] = [await findFreePort(), await findFreePort()];
  const server = startProcess({
    command,
    args: [
      `--kubeconfig=${user === undefined ? plane.kubeconfigPath : plane.kubeconfigFor(user)}`,
      '--namespaced',
      `--namespace=${namespace}`,
      '--leader-elect=false',
      `--healthzPort=${healthzPort}`,
      `--metricsPort=${metricsPort}`,
      ...(rate ? [`--qps=${rate.qps}`, `--burst=${rate.burst}`] : []),
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
    pid: server.pid ?? 0,
    async stop() {
      await server.stop();
      removeScratchFolder(folder);
    },
  };
}
