import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

/**
 * Promises the folder with the files of a Go module, fetched if it is not there yet; they are not to be written to.
 * Rejects with Go's words where it cannot be had.
 */
export async function goModuleFolder(path: string, version: string): Promise<string> {
  // Outside of any module: the requirements of another one are none of its business.
  const options = { cwd: tmpdir(), env: { ...process.env, GOWORK: 'off' } };
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', `${path}@${version}`], options);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}
