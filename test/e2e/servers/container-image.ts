/** What stands in the way of an image, first and then for good, in the words of a kubelet. */
export interface ImageTrouble {
  readonly first: { readonly reason: string; readonly message: string };
  readonly lasting: { readonly reason: string; readonly message: string };
}

/**
 * There are no images: a name is a wish. `missing/…` and names with `does-not-exist` cannot be pulled, names that no
 * registry would take are invalid; all others are there. (`never-ready/…` runs and never becomes ready,
 * `ready-after-3s/…` without a command does so three seconds after it has started.)
 */
export function findImageTrouble(image: string): ImageTrouble | undefined {
  if (image !== image.toLowerCase().trim() && !/^[^:@]+[:@]/.test(image)) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format: repository name must be lowercase`;
    const invalid = { reason: 'InvalidImageName', message };
    return { first: invalid, lasting: invalid };
  }
  if (!image.startsWith('missing/') && !image.includes('does-not-exist')) return undefined;
  const cause = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
  return {
    first: { reason: 'ErrImagePull', message: cause },
    lasting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: ${cause}` },
  };
}

/** Milliseconds from the start of a container to its being ready. */
export function warmUpMs(image: string): number {
  const seconds = /^ready-after-(\d+)s\//.exec(image)?.[1];
  return Number(seconds ?? 0) * 1000;
}
