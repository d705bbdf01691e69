import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, type Layer } from './layer.ts';

/** The image for one architecture. */
export interface PlatformImage {
  /** As Go names it: `amd64`. */
  readonly architecture: string;
  readonly layers: readonly Layer[];
}

/** What an image says of itself, on every architecture. */
export interface ImageDescription {
  /** `assay:0.2.0`, by which tools find it in the layout. */
  readonly name: string;
  /** What containers run by default (`config` of the OCI image specification). */
  readonly config: object;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const OCI = 'application/vnd.oci.image';

/**
 * Writes an image for several architectures as an OCI image layout, and returns its digest.
 *
 * @param folder  made anew
 * @source https://github.com/opencontainers/image-spec, version 1.1
 */
export function writeOciLayout(
  folder: string,
  images: readonly PlatformImage[],
  { name, config, annotations }: ImageDescription,
): string {
  const blobs = join(folder, 'blobs/sha256');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true });
  const store = (mediaType: string, bytes: Buffer): Descriptor => {
    const digest = digestOf(bytes);
    writeFileSync(join(blobs, digest.replace('sha256:', '')), bytes);
    return { mediaType: `${OCI}.${mediaType}`, digest, size: bytes.length };
  };
  const storeJson = (mediaType: string, value: object) => store(mediaType, Buffer.from(JSON.stringify(value)));

  const manifests = images.map(({ architecture, layers }) => {
    const platform = { architecture, os: 'linux', ...(architecture === 'arm64' && { variant: 'v8' }) };
    const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
    const manifest = {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: storeJson('config.v1+json', { created: '1970-01-01T00:00:00Z', ...platform, config, rootfs }),
      layers: layers.map(({ blob }) => store('layer.v1.tar+gzip', blob)),
      annotations,
    };
    return { ...storeJson('manifest.v1+json', manifest), platform };
  });
  const mediaType = 'index.v1+json';
  const index = { schemaVersion: 2, mediaType: `${OCI}.${mediaType}`, manifests, annotations };
  const { digest, ...rest } = storeJson(mediaType, index);
  const named = { digest, ...rest, annotations: { 'org.opencontainers.image.ref.name': name } };
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  return digest;
}
