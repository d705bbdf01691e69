import { spawn, type ChildProcess } from 'node:child_process';

/**
 * A shell that knows what we left outside this process: process groups and temporary folders. It ends and deletes them
 * when its standard input closes, which it does however this process ends: a test runner stops its workers with a
 * signal, and then no exit handler of ours would run.
 */
const script = `
live=' '
while read -r verb what; do
  case $verb in
    process) live="$live$what " ;;
    ended) live="\${live%% $what *} \${live#* $what }" ;;
    folder) set -- "$@" "$what" ;;
  esac
done
for pid in $live; do kill -s KILL -- "-$pid" 2>/dev/null; done
sleep 0.2
[ $# -eq 0 ] || rm -rf -- "$@"
`;

let guard: ChildProcess | undefined;

/** From now on the process group `pid` ends with this process at the latest. */
export function guardProcess(pid: number): void {
  tell('process', pid);
}

/** The process group `pid`, guarded before, is gone: its number may soon be somebody else's. */
export function releaseProcess(pid: number): void {
  tell('ended', pid);
}

/** From now on the folder goes with this process at the latest. Its path must be absolute and of one line. */
export function guardFolder(path: string): void {
  tell('folder', path);
}

function tell(verb: 'process' | 'ended' | 'folder', what: string | number): void {
  guard ??= startGuard();
  guard.stdin?.write(`${verb} ${what}\n`);
}

function startGuard(): ChildProcess {
  // Detached: Ctrl-C in a terminal must not end the guard before its work.
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Neither the guard nor the pipe to it keeps this process from ending.
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  child.stdin?.on('error', () => undefined);
  return child;
}
