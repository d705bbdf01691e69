import type { KubernetesObject } from '../../model/kubernetes.ts';
import { forgetBeyond } from '../../model/forget-beyond.ts';

/** What has been read of a cluster and is about to be told once more. */
export interface ToldTwice {
  /** The object that a text tells of, where the other text of that version has been read; once. */
  take(text: string): KubernetesObject | undefined;
  keep(object: KubernetesObject): void;
}

/** Texts of one version come within milliseconds of each other; what is older has come some other way. */
const MOST = 64;

/**
 * What our own write made of an object is told twice: by the answer, and by the watch. Whichever comes second is known by
 * its version, and not parsed.
 *
 * The version is looked for where API servers write it, between other metadata in the order of the alphabet. A label or an
 * annotation that looks the same can hide one change of its own object, and does nothing to others: what is taken in its
 * place has been told already.
 */
export function toldTwice(): ToldTwice {
  const read = new Map<string, KubernetesObject>();
  return {
    take(text) {
      if (read.size === 0) return undefined;
      const key = keyIn(text);
      const object = key === undefined ? undefined : read.get(key);
      if (key !== undefined && object) read.delete(key);
      return object;
    },
    keep(object) {
      const { resourceVersion, uid } = object.metadata;
      if (resourceVersion === undefined || uid === undefined) return;
      read.set(`${resourceVersion}","uid":"${uid}"`, object);
      forgetBeyond(MOST, read);
    },
  };
}

const BEGIN = '"resourceVersion":"';
/** Of a version and a uid, with what stands between them. */
const LONGEST = 100;

function keyIn(text: string): string | undefined {
  const at = text.indexOf(BEGIN);
  if (at < 0) return undefined;
  const from = at + BEGIN.length;
  return /^\d+","uid":"[0-9a-f-]+"/.exec(text.slice(from, from + LONGEST))?.[0];
}
