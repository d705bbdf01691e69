import { spawn } from 'node:child_process';

/** What goes with a call of kubectl: `input` is its standard input (`apply -f -`). */
export interface KubectlOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Where kubectl is and how it gets to the cluster; `home` takes its discovery cache. */
export interface KubectlSetup {
  readonly path: string;
  readonly kubeconfigPath: string;
  readonly home: string;
}

/** Promises what `kubectl …args` prints; rejects with its standard error if it fails or takes longer than 60 s. */
export function runKubectl(
  { path, kubeconfigPath, home }: KubectlSetup,
  args: readonly string[],
  { input, timeoutMs = 60_000 }: KubectlOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      // PATH stays, for plugins; nothing else of the user's own setup may have a say.
      env: { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfigPath },
      timeout: timeoutMs,
      stdio: 'pipe',
    });
    let printed = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`kubectl ${args.join(' ')} failed (${signal ?? code}): ${complaints.trim() || printed}`));
    });
    child.stdin.on('error', () => undefined); // It may end without reading; its exit code says so.
    child.stdin.end(input ?? '');
  });
}
