import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache-folder.ts';

/** Where the emulators of AWS services are installed. */
export interface EmulatorPaths {
  /** The Python of a virtual environment that has moto. */
  readonly motoPython: string;
  /** A folder of jars: ElasticMQ's server and what it needs. */
  readonly elasticMqJars: string;
}

const run = promisify(execFile);
const here = import.meta.dirname;

/** Something of other ecosystems that the tests need, at pinned versions. */
export interface Installation {
  readonly name: string;
  /** Pins the versions; the installation is made anew when it changes. */
  readonly pins: string;
  readonly needs: string;
  readonly install: (folder: string, pins: string) => Promise<unknown>;
}

const MOTO: Installation = {
  name: 'moto-5.2.5',
  pins: join(here, 'moto/requirements.txt'),
  needs: 'moto, which stands in for AWS in the tests, needs python3 (3.10 or newer, with venv) on the PATH',
  install: (folder, pins) => installPython(folder, pins),
};

const MOTO_OF_STACKS: Installation = {
  ...MOTO,
  name: 'moto-stacks-5.2.5',
  pins: join(here, 'moto-stacks/requirements.txt'),
};

const COPY_JARS = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const ELASTIC_MQ: Installation = {
  name: 'elasticmq-1.7.1',
  pins: join(here, 'elasticmq/pom.xml'),
  needs: 'ElasticMQ, which stands in for SQS in the tests, needs java (17 or newer) and mvn on the PATH',
  install: (folder, pins) =>
    run('mvn', ['--quiet', '--batch-mode', '-f', pins, COPY_JARS, `-DoutputDirectory=${folder}`]),
};

let ensured: Promise<EmulatorPaths> | undefined;

/**
 * Installs what is missing (about a minute the first time) into the cache that `ensureServers` uses, in folders named
 * after the versions and the hash of their pins; offline after that. Rejects with what is needed where a tool is missing.
 */
export function ensureEmulators(): Promise<EmulatorPaths> {
  ensured ??= (async () => {
    const [moto, elasticMqJars] = await Promise.all([ensureInstalled(MOTO), ensureInstalled(ELASTIC_MQ)]);
    return { motoPython: pythonOf(moto), elasticMqJars };
  })().catch((error: unknown) => {
    ensured = undefined;
    throw error;
  });
  return ensured;
}

/** The same for a moto that has CloudFormation, less than a minute the first time: promises its Python. */
export async function ensureMotoOfStacks(): Promise<string> {
  return pythonOf(await ensureInstalled(MOTO_OF_STACKS));
}

/** Whether tests that need the emulators are to run: with `ASSAY_E2E=required` always, else where their tools are found. */
export async function emulatorsAvailable(): Promise<boolean> {
  if (process.env['ASSAY_E2E'] === 'required') return true;
  const tools = [run('python3', ['-m', 'venv', '--help']), run('java', ['-version']), run('mvn', ['-version'])];
  return (await Promise.allSettled(tools)).every(({ status }) => status === 'fulfilled');
}

/** Promises the folder of an installation, made the first time. Rejects with what is needed where a tool is missing. */
export async function ensureInstalled({ name, pins, needs, install }: Installation): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(pins))
    .digest('hex')
    .slice(0, 8);
  const final = join(cacheFolder(), `${name}-${hash}`);
  if (existsSync(final)) return final;

  process.stderr.write(`assay: ${name}: installing, once\n`);
  await mkdir(dirname(final), { recursive: true });
  const partial = await mkdtemp(`${final}.partial-`);
  try {
    await install(partial, pins);
    await rename(partial, final);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(final)) throw new Error(`${name}: ${needs}. ${(error as Error).message}`, { cause: error });
  }
  return final;
}

/** Makes a virtual environment of `folder`, with what a requirements.txt names; `variables` are for their setups. */
export async function installPython(
  folder: string,
  requirements: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  await run('python3', ['-m', 'venv', folder]);
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  await run(pythonOf(folder), args, { env: { ...process.env, ...variables } });
}

/** The Python of a virtual environment. */
export function pythonOf(folder: string): string {
  return join(folder, 'bin/python');
}
