const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

/** No vowels and nothing that looks like one: hashes never make words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A hash of one to ten letters and digits that can stand in names.
 *
 * @param binary  a text whose characters are bytes
 * @source 32-bit FNV-1a; SafeEncodeString in pkg/util/rand of k8s.io/apimachinery v0.34.5
 */
export function wordlessHash(binary: string): string {
  return String(fnv1a(binary)).replaceAll(/\d/g, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length] ?? '');
}

function fnv1a(binary: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < binary.length; at += 1) hash = Math.imul(hash ^ binary.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}
