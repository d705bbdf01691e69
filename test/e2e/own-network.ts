import { execFileSync } from 'node:child_process';

/**
 * A command line that runs `command` in a network of its own, where `address`, or with a prefix (`10.0.0.1/16`) all of
 * those, are the loopback interface's.
 */
export function inOwnNetwork(address: string, command: readonly string[]): [string, ...string[]] {
  const range = address.includes('/') ? address : `${address}/32`;
  const setUp = `ip link set lo up && ip address add ${range} dev lo && exec "$0" "$@"`;
  return ['unshare', '--map-root-user', '--net', 'sh', '-c', setUp, ...command];
}

/** Whether this system lets us have one. */
export function canHaveNetwork(): boolean {
  try {
    execFileSync('unshare', ['--map-root-user', '--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
