import { spawn } from 'node:child_process';
import type { KubernetesObject } from '../../../lib/model/kubernetes.ts';
import { isObject } from '../../../lib/model/is-object.ts';
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
  /** What Argo CD would show as possible with an object: each action, and whether it is disabled. */
  actions(object: KubernetesObject): Promise<Readonly<Record<string, { readonly disabled?: boolean }>>>;
  /** What an object becomes by one of these. */
  afterAction<T extends KubernetesObject>(object: T, action: string): Promise<T>;
  close(): void;
}

export async function openArgoEyes({ kubeconfigPath }: ControlPlane): Promise<ArgoEyes> {
  const paths = await ensureArgo();
  const home = createScratchFolder('argo-eyes');
  const runScript = async (script: string, object: KubernetesObject): Promise<unknown> =>
    JSON.parse(await pipe(paths.health, `${JSON.stringify(object)}\n`, [script]));
  return {
    rollouts: (args) => runKubectl({ path: paths.plugin, kubeconfigPath, home }, args),
    async health(objects) {
      const lines = await pipe(paths.health, objects.map((object) => `${JSON.stringify(object)}\n`).join(''));
      return lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Health);
    },
    actions: async (object) =>
      (await runScript('actions/discovery.lua', object)) as Awaited<ReturnType<ArgoEyes['actions']>>,
    afterAction: async <T extends KubernetesObject>(object: T, action: string) =>
      withEmptyObjects(object, await runScript(`actions/${action}/action.lua`, object)) as T,
    close: () => removeScratchFolder(home),
  };
}

/** Lua has one kind of table: an object without fields comes back as a list. */
function withEmptyObjects(before: unknown, after: unknown): unknown {
  if (Array.isArray(after) && after.length === 0) return isObject(before) ? {} : after;
  if (Array.isArray(after)) {
    return after.map((item: unknown, index) =>
      withEmptyObjects(Array.isArray(before) ? before[index] : undefined, item),
    );
  }
  if (!isObject(after)) return after;
  const known = isObject(before) ? before : {};
  return Object.fromEntries(Object.entries(after).map(([key, value]) => [key, withEmptyObjects(known[key], value)]));
}

function pipe(command: string, input: string, args: readonly string[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`${command} ended with ${code}`))));
    child.stdin.end(input);
  });
}
