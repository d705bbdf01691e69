import { isAbsent } from '../model/empty.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import { toBinary } from '../expression/go/utf8.ts';
import type { PodTemplate } from '../model/pod-template.ts';
import { podTemplateJson } from './pod-template-json.ts';

const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

/** No vowels and nothing that looks like one: hashes never make words. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The hash that tells versions of a pod template apart: eight to ten letters and digits. A label that holds such a
 * hash is not part of it.
 *
 * @param collisionCount  changes the hash, also when it is 0
 * @source ComputePodTemplateHash in utils/hash/hash.go of argoproj/argo-rollouts
 */
export function podTemplateHash(template: PodTemplate, collisionCount?: number): string {
  const json = podTemplateJson(withoutHash(template));
  const hash = fnv1a(toBinary(json) + (collisionCount === undefined ? '' : eightBytes(collisionCount)));
  return String(hash).replaceAll(/\d/g, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length] ?? '');
}

/** The template without the label that holds its hash. */
export function withoutHash(template: PodTemplate): PodTemplate {
  const labels = template.metadata?.labels;
  if (isAbsent(labels) || !Object.hasOwn(labels, POD_HASH_LABEL)) return template;
  const { [POD_HASH_LABEL]: _hash, ...others } = labels;
  return { ...template, metadata: { ...template.metadata, labels: others } };
}

/** Of a text whose characters are bytes. */
function fnv1a(binary: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < binary.length; at += 1) hash = Math.imul(hash ^ binary.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}

/** The lowest byte first. */
function eightBytes(count: number): string {
  const bytes = [0, 8, 16, 24].map((shift) => String.fromCharCode((count >>> shift) & 0xff));
  return `${bytes.join('')}\0\0\0\0`;
}
