import { execFile } from 'node:child_process';
import { copyFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Starter } from './assay-serve.ts';

/** An image of one architecture, unpacked. */
export interface UnpackedImage {
  /** With everything that is in the image. */
  readonly root: string;
  /** Of the runtime, as umoci makes it of what the image says. */
  readonly config: RuntimeConfig;
}

interface RuntimeConfig {
  readonly process: { readonly args: readonly string[]; readonly env: readonly string[]; readonly user: object };
  readonly mounts: readonly { readonly destination: string }[];
  readonly linux: { readonly namespaces: readonly { readonly type: string }[]; readonly resources?: object };
}

const run = promisify(execFile);

/** Unpacks an image of an OCI image layout into `folder`, with skopeo and umoci: as root, so that files keep their owners. */
export async function unpackImage(
  layout: string,
  name: string,
  architecture: string,
  folder: string,
): Promise<UnpackedImage> {
  const single = join(folder, `layout-${architecture}`);
  const bundle = join(folder, `image-${architecture}`);
  const platform = ['--override-arch', architecture, '--override-os', 'linux'];
  await run('skopeo', ['copy', ...platform, `oci:${layout}:${name}`, `oci:${single}:image`]);
  await run('umoci', ['unpack', '--image', `${single}:image`, bundle]);
  const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as RuntimeConfig;
  return { root: join(bundle, 'rootfs'), config };
}

/**
 * Starts programs of an image with runc, as a hardened pod does: as the image's user, with a read-only root, no
 * capabilities, and no way to get any. The network is this machine's, where the API server of the tests is.
 *
 * @param folder  where what belongs to the containers is kept
 * @param entrypoint  what words follow; default: the words are a command of their own
 */
export function inContainer(
  { root, config }: UnpackedImage,
  folder: string,
  entrypoint: readonly string[] = [],
): Starter {
  let count = 0;
  return (words, env, reads) => {
    const id = `assay-${process.pid}-${count++}`;
    const bundle = join(folder, id);
    mkdirSync(bundle, { recursive: true });
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const files = reads.map((destination, index) => {
      const source = join(bundle, String(index));
      copyFileSync(destination, source);
      chmodSync(source, 0o444);
      return { destination, source, type: 'bind', options: ['bind', 'ro'] };
    });
    const { resources: _, namespaces, ...linux } = config.linux;
    const hardened = {
      ...config,
      root: { path: root, readonly: true },
      process: {
        ...config.process,
        terminal: false,
        args: [...entrypoint, ...words],
        env: [...config.process.env, ...variables],
        capabilities: {},
        noNewPrivileges: true,
      },
      mounts: [...config.mounts.filter(({ destination }) => !destination.startsWith('/sys')), ...files],
      linux: { ...linux, namespaces: namespaces.filter(({ type }) => type !== 'network') },
    };
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(hardened));
    return ['/usr/sbin/runc', '--root', join(folder, 'state'), 'run', '--bundle', bundle, id];
  };
}

/** Ends what is left of the containers of `folder`. */
export async function endContainers(folder: string): Promise<void> {
  const runc = ['--root', join(folder, 'state')];
  const { stdout } = await run('runc', [...runc, 'list', '--quiet']);
  for (const id of stdout.split('\n').filter(Boolean)) await run('runc', [...runc, 'delete', '--force', id]);
}
