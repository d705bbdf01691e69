import { spawn, type ChildProcess } from 'node:child_process';

/**
 * A shell that knows the process groups we started and kills them when its standard input closes, which it does however
 * this process ends: a test runner stops its workers with a signal, and then no exit handler of ours would run.
 */
const script = `
live=' '
while read -r verb pid; do
  case $verb in
    guard) live="$live$pid " ;;
    release) live="\${live%% $pid *} \${live#* $pid }" ;;
  esac
done
for pid in $live; do kill -KILL -- "-$pid" 2>/dev/null; done
`;

const live = new Set<number>();
let guard: ChildProcess | undefined;

/** From now on the process group `pid` ends with this process at the latest. */
export function guardProcess(pid: number): void {
  live.add(pid);
  tell('guard', pid);
}

/** The process group `pid` is gone: its number may soon be somebody else's. */
export function releaseProcess(pid: number): void {
  live.delete(pid);
  tell('release', pid);
}

function tell(verb: 'guard' | 'release', pid: number): void {
  guard ??= startGuard();
  guard.stdin?.write(`${verb} ${pid}\n`);
}

function startGuard(): ChildProcess {
  // First of the exit handlers: temporary folders can only be removed when nobody writes to them any more.
  process.prependListener('exit', killAll);
  // Detached: Ctrl-C in a terminal must not end the guard before its work.
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  child.stdin?.on('error', () => undefined);
  return child;
}

function killAll(): void {
  for (const pid of live) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Already gone, which is what is wanted.
    }
  }
}
