import { spawn } from 'node:child_process';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { ensureArgo } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { runKubectl } from './kubectl.ts';
import { createScratchFolder, removeScratchFolder } from './scratch-folder.ts';

/** What Argo CD makes of an object; an empty list where its script has not thought of such a status. */
export interface Health {
  readonly status?: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
  readonly message?: string;
}

/** A cluster seen as Argo's users see it. */
export interface ArgoEyes {
  /** `kubectl argo rollouts …args`, as admin. */
  rollouts(args: readonly string[]): Promise<string>;
  /** What Argo CD's health scripts say of objects. */
  health(objects: readonly KubernetesObject[]): Promise<readonly Health[]>;
  close(): void;
}

export async function openArgoEyes({ kubeconfigPath }: ControlPlane): Promise<ArgoEyes> {
  const paths = await ensureArgo();
  const home = createScratchFolder('argo-eyes');
  return {
    rollouts: (args) => runKubectl({ path: paths.plugin, kubeconfigPath, home }, args),
    async health(objects) {
      const lines = await pipe(paths.health, objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
      return lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Health);
    },
    close: () => removeScratchFolder(home),
  };
}

function pipe(command: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`${command} ended with ${code}`))));
    child.stdin.end(input);
  });
}
