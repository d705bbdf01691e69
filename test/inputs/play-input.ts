import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startStandIn } from './stand-in.ts';

/** What `expect.json` of a folder says. */
export interface Expectation {
  /** What is right, in one sentence. */
  readonly right: string;
  /**
   * The command line of assay; `$DIR` is the folder, `$WEB` the address of the stand-in for servers, `$HOST` the same
   * without scheme, `$KUBECONFIG` the folder's kubeconfig.json with these put in.
   */
  readonly run?: readonly string[];
  /** The exit code of that, or the text that `check.ts` gives. */
  readonly exit?: number;
  readonly seen?: string;
  /** Patterns of what it prints, and of what it must not print. */
  readonly says?: readonly string[];
  readonly never?: readonly string[];
  /** Sent once the output matches `after`. */
  readonly signal?: { readonly after: string; readonly send: NodeJS.Signals };
}

/** One line of the table. */
export interface Played {
  readonly input: string;
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
}

export const FOLDER = import.meta.dirname;
const LONGEST_MS = 50_000;

/** The folders that say what is expected of them; those of lint have a file and a test of their own. */
export function inputNames(): readonly string[] {
  return readdirSync(FOLDER).filter((name) =>
    ['expect.json', 'expected.json'].some((file) => existsSync(join(FOLDER, name, file))),
  );
}

/** Builds what `npx assay` runs, from the sources as they are, into `folder`; the path of the program. */
export async function buildProgram(folder: string): Promise<string> {
  await promisify(execFile)(process.execPath, [join(FOLDER, '../../infra/build.ts'), folder]);
  return join(folder, 'assay.js');
}

/** Runs one input as people would, with the program at that path, and compares what is seen with what is right. */
export async function playInput(name: string, program: string): Promise<Played> {
  const folder = join(FOLDER, name);
  if (!existsSync(join(folder, 'expect.json'))) return playLint(name, folder, program);
  const expectation = JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')) as Expectation;
  if (expectation.run === undefined) {
    const { check } = (await import(pathToFileURL(join(folder, 'check.ts')).href)) as { check: () => Promise<string> };
    const seen = await check();
    return { input: name, expected: expectation.right, seen, ok: seen === expectation.seen };
  }
  const standIn = await startStandIn();
  const scratch = mkdtempSync(join(tmpdir(), 'assay-input-'));
  try {
    return await playCommand(name, expectation, { folder, scratch, program, web: standIn.url });
  } finally {
    rmSync(scratch, { recursive: true });
    await standIn.close();
  }
}

interface Places {
  readonly folder: string;
  readonly scratch: string;
  readonly program: string;
  readonly web: string;
}

async function playCommand(name: string, expectation: Expectation, places: Places): Promise<Played> {
  const { right, run = [], exit, says = [], never = [], signal } = expectation;
  const kubeconfig = join(places.scratch, 'kubeconfig.json');
  const fill = (text: string): string =>
    text
      .replaceAll('$DIR', places.folder)
      .replaceAll('$WEB', places.web)
      .replaceAll('$HOST', new URL(places.web).host)
      .replaceAll('$KUBECONFIG', kubeconfig);
  const given = join(places.folder, 'kubeconfig.json');
  if (existsSync(given)) writeFileSync(kubeconfig, fill(readFileSync(given, 'utf8')));
  const { code, out } = await assay([places.program, ...run.map(fill)], signal);
  const faults = [
    ...(code === exit ? [] : [`exit ${code}`]),
    ...says.filter((pattern) => !new RegExp(pattern).test(out)).map((pattern) => `not said: ${pattern}`),
    ...never.filter((pattern) => new RegExp(pattern).test(out)).map((pattern) => `said: ${pattern}`),
  ];
  const isOk = faults.length === 0;
  const seen = isOk ? `exit ${code}` : `${faults.join('; ')}: ${out.slice(-2_000)}`;
  return { input: name, expected: right, seen, ok: isOk };
}

function assay(args: readonly string[], signal: Expectation['signal']): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let isSent = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (isSent || !signal || !new RegExp(signal.after).test(out)) return;
      isSent = true;
      child.kill(signal.send);
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
}

/** `expected.json` has a line a finding, which ends with its field and its message. */
async function playLint(name: string, folder: string, program: string): Promise<Played> {
  const wanted = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as readonly string[];
  const { out } = await assay([program, 'lint', join(folder, 'input.yaml'), '-o', 'json'], undefined);
  const { findings } = JSON.parse(out) as { findings: readonly { path: string; message: string }[] };
  const found = findings.map(({ path, message }) => `${path}: ${message}`);
  const ok = found.length === wanted.length && found.every((text) => wanted.some((line) => line.endsWith(text)));
  const expected = `${wanted.length} findings of lint`;
  return { input: name, expected, seen: ok ? `${found.length} findings` : found.join('; '), ok };
}
