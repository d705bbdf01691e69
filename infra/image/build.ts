import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { type Architecture, readBase } from './base-files.ts';
import type { ImageFile } from './image-file.ts';
import { makeLayer } from './layer.ts';
import { writeOciLayout } from './oci-layout.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ARCHITECTURES: readonly Architecture[] = ['amd64', 'arm64'];

/** What containers run: `assay serve`; the Deployment of the webhook has a command of its own. */
export const IMAGE_CONFIG = {
  User: '65532:65532',
  Env: ['PATH=/usr/local/bin'],
  Entrypoint: ['/usr/local/bin/node', '/assay/dist/assay.js'],
  Cmd: ['serve'],
  WorkingDir: '/',
  ExposedPorts: { '8080/tcp': {}, '8443/tcp': {} },
};

export interface BuiltImage {
  /** `sha256:…` of the index of all architectures. */
  readonly digest: string;
  readonly unpackedBytes: Readonly<Record<string, number>>;
}

/**
 * Builds the image of `assay serve` and the webhook into `folder`, as an OCI image layout. It takes no daemon, and the same
 * sources and pins (`pins.json`) give the same digest.
 *
 * The base is a layer an architecture; Assay's is one for all. There is nothing in it but Node, its libraries and Assay:
 * no shell, no package manager, nothing that anybody but root may change.
 */
export async function buildImage(folder: string, options: { readonly locked?: boolean } = {}): Promise<BuiltImage> {
  const program = await makeLayer(await readProgram());
  const images = await Promise.all(
    ARCHITECTURES.map(async (architecture) => ({
      architecture,
      layers: [await makeLayer(await readBase(architecture, options)), program],
    })),
  );
  const { version, description, license } = packageJson;
  const labels = { title: 'assay', description, version, licenses: license };
  const annotations = Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [`org.opencontainers.image.${key}`, value]),
  );
  const config = { ...IMAGE_CONFIG, Labels: annotations };
  const digest = writeOciLayout(folder, images, { name: `assay:${version}`, config, annotations });
  const sizes = images.map(({ architecture, layers }) => [
    architecture,
    layers.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
  ]);
  return { digest, unpackedBytes: Object.fromEntries(sizes) as Record<string, number> };
}

/** What npm installs, and the webhook, built anew. */
async function readProgram(): Promise<readonly ImageFile[]> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-image-'));
  try {
    await runScript('infra/build.ts', join(folder, 'dist'));
    await runScript('infra/cluster/build-webhook.ts', join(folder, 'dist/webhook.mjs'));
    const built = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile());
    return [
      ...built.map((path) => ({ path: `assay/${relative(folder, path)}`, content: readFileSync(path) })),
      ...['package.json', 'LICENSE'].map((name) => ({
        path: `assay/${name}`,
        content: readFileSync(join(ROOT, name)),
      })),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runScript(script: string, to: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, script), to]);
}

if (import.meta.main) {
  const locked = process.argv.includes('--locked');
  const folder = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? join(ROOT, 'dist/image');
  const { digest, unpackedBytes } = await buildImage(resolve(folder), { locked });
  for (const [architecture, bytes] of Object.entries(unpackedBytes))
    console.log(`${architecture}  ${Math.round(bytes / 1e6)} MB unpacked`);
  console.log(`${relative(process.cwd(), resolve(folder))}  assay:${packageJson.version}@${digest}`);
}
