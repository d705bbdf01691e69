import { isAbsent } from '../model/empty.ts';
import { POD_HASH_LABEL } from '../model/labels.ts';
import { toBinary } from '../expression/go/utf8.ts';
import type { PodTemplate } from '../model/pod-template.ts';
import { podTemplateJson } from './pod-template-json.ts';
import { wordlessHash } from './wordless-hash.ts';

/**
 * The hash that tells versions of a pod template apart: eight to ten letters and digits. A label that holds such a
 * hash is not part of it.
 *
 * @param collisionCount  changes the hash, also when it is 0
 * @source ComputePodTemplateHash in utils/hash/hash.go of argoproj/argo-rollouts
 */
export function podTemplateHash(template: PodTemplate, collisionCount?: number): string {
  const binary = known.get(template) ?? toBinary(podTemplateJson(withoutHash(template)));
  known.set(template, binary);
  return wordlessHash(binary + (collisionCount === undefined ? '' : eightBytes(collisionCount)));
}

/** Told once a template, which must not change afterwards: each step asks several times. */
const known = new WeakMap<PodTemplate, string>();

/** The template without the label that holds its hash. */
export function withoutHash(template: PodTemplate): PodTemplate {
  const labels = template.metadata?.labels;
  if (isAbsent(labels) || !Object.hasOwn(labels, POD_HASH_LABEL)) return template;
  const { [POD_HASH_LABEL]: _hash, ...others } = labels;
  return { ...template, metadata: { ...template.metadata, labels: others } };
}

/** The lowest byte first. */
function eightBytes(count: number): string {
  const bytes = [0, 8, 16, 24].map((shift) => String.fromCharCode((count >>> shift) & 0xff));
  return `${bytes.join('')}\0\0\0\0`;
}
