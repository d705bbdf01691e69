import { type ChildProcess, spawn } from 'node:child_process';

/**
 * `npm test`: the checks run beside the tests, since each for itself leaves processors idle at times; what they say comes
 * last. Fails where either does.
 */
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const shell = process.platform === 'win32';

const checks = spawn(npm, ['run', 'check'], { stdio: ['ignore', 'pipe', 'pipe'], shell });
const said: Buffer[] = [];
for (const stream of [checks.stdout, checks.stderr]) stream.on('data', (part: Buffer) => said.push(part));
const tests = spawn(npm, ['run', 'test:unit'], { stdio: 'inherit', shell });

const codes = await Promise.all([codeOf(checks), codeOf(tests)]);
process.stdout.write(Buffer.concat(said));
process.exitCode = Math.max(...codes);

function codeOf(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}
