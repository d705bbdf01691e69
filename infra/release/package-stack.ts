import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { STACK_PARAMETERS } from './stack-parameters.ts';
import { type PackagedTemplate, templateOfRelease } from './stack-template.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The region that packages are made for, whose name stands for any. */
const REGION = 'eu-west-1';

/** What CloudFormation takes in a request, in place of a URL. */
const LARGEST_TEMPLATE_BYTES = 51_200;

/**
 * Packages Assay on AWS for whoever has neither this repository nor osls: `template.json`, `on-message.zip` and
 * `on-schedule.zip`, in `folder`, made anew. The functions have been bundled before (`npm run build:functions`).
 */
export function packageStack(folder: string): void {
  const packaged = mkdtempSync(join(tmpdir(), 'assay-stack-'));
  try {
    const given = STACK_PARAMETERS.filter(({ of }) => of !== 'stage').map(({ of, mark }) => `--param=${of}=${mark}`);
    const stage = STACK_PARAMETERS.find(({ of }) => of === 'stage')?.mark;
    const args = ['package', '--package', packaged, '--region', REGION, '--stage', String(stage), ...given];
    // Without anything of the user's: no credentials, no settings of the tool.
    const env = { PATH: process.env['PATH'], HOME: packaged, CI: 'true', SLS_TRACKING_DISABLED: '1' };
    execFileSync(join(ROOT, 'node_modules/.bin/osls'), args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });

    const template = readFileSync(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8');
    const released = templateOfRelease(
      JSON.parse(template) as PackagedTemplate,
      STACK_PARAMETERS,
      defaultsOfDeployment(),
      REGION,
    );
    const text = JSON.stringify(released);
    if (text.length > LARGEST_TEMPLATE_BYTES) throw new Error(`the template has ${text.length} bytes`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'template.json'), text);
    copyFileSync(join(packaged, 'onMessage.zip'), join(folder, 'on-message.zip'));
    copyFileSync(join(packaged, 'onSchedule.zip'), join(folder, 'on-schedule.zip'));
  } finally {
    rmSync(packaged, { recursive: true, force: true });
  }
}

/** What serverless.yml gives where nothing else is given, by its names. */
export function defaultsOfDeployment(): Readonly<Record<string, string | number>> {
  const { provider, params } = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')) as {
    readonly provider: { readonly stage: string };
    readonly params: { readonly default: Readonly<Record<string, string | number>> };
  };
  return { stage: provider.stage, ...params.default };
}

/** The Terraform module with a packaged stack in it, so that one address is all that its users need. */
export function packageModule(stack: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, 'infra/terraform'), folder, { recursive: true, filter: isSource });
  cpSync(stack, join(folder, 'package'), { recursive: true });
}

/** A .tar.gz of a folder: the same from the same files, whoever packs them, and when. It needs GNU's tar. */
export function packArchive(folder: string, archive: string): void {
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  execFileSync('tar', [...same, '--use-compress-program=gzip -n', '-cf', archive, '-C', folder, '.']);
}

/** Not what OpenTofu leaves where it is run. */
function isSource(path: string): boolean {
  return !/^\.terraform|\.tfstate/.test(basename(path));
}

if (import.meta.main) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
  const release = resolve(process.argv[2] ?? join(ROOT, 'dist/release'));
  const work = mkdtempSync(join(tmpdir(), 'assay-release-'));
  try {
    mkdirSync(release, { recursive: true });
    const stack = join(work, 'stack');
    const module = join(work, 'module');
    packageStack(stack);
    packageModule(stack, module);
    for (const [name, from] of Object.entries({ aws: stack, terraform: module })) {
      const archive = join(release, `assay-${name}-${version}.tar.gz`);
      packArchive(from, archive);
      console.log(archive);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
