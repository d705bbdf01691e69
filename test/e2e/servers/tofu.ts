import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureTofu } from './build.ts';

const run = promisify(execFile);

/** The version of the real provider whose schema the stand-in has (aws-provider-schema.ts), and which it passes for. */
const PROVIDER_VERSION = '6.66.0';

/** What a command of OpenTofu gave. */
export interface TofuAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** OpenTofu, with aws-provider/main.go for its provider of AWS and an emulator for AWS. */
export interface Tofu {
  /** Runs a command in a folder; a status other than 0 is an answer too. */
  run(folder: string, ...args: readonly string[]): Promise<TofuAnswer>;
  /** The same, and rejects with what it wrote where its status is not 0. */
  must(folder: string, ...args: readonly string[]): Promise<string>;
}

/** Builds both where they are not there; `scratch` is for settings. No provider is looked for in any registry. */
export async function openTofu(scratch: string, endpoint: string, region: string): Promise<Tofu> {
  const { tofu, awsProvider } = await ensureTofu();
  const mirror = join(scratch, 'mirror');
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const place = join(mirror, 'registry.opentofu.org/hashicorp/aws', PROVIDER_VERSION, `${process.platform}_${arch}`);
  mkdirSync(place, { recursive: true });
  cpSync(awsProvider, join(place, `terraform-provider-aws_v${PROVIDER_VERSION}`));
  const settings = join(scratch, 'tofu.rc');
  writeFileSync(settings, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
  const env = {
    PATH: process.env['PATH'],
    HOME: scratch,
    TF_CLI_CONFIG_FILE: settings,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const answer = async (folder: string, args: readonly string[]): Promise<TofuAnswer> => {
    const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024, timeout: 300_000 };
    try {
      return { exitCode: 0, ...(await run(tofu, args, options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string };
      if (typeof code !== 'number') throw error;
      return { exitCode: code, stdout, stderr };
    }
  };
  return {
    run: (folder, ...args) => answer(folder, args),
    async must(folder, ...args) {
      const { exitCode, stdout, stderr } = await answer(folder, args);
      if (exitCode !== 0) throw new Error(`tofu ${args.join(' ')}: ${exitCode}\n${stdout}\n${stderr}`);
      return stdout;
    },
  };
}
