import { createHash } from 'node:crypto';

/** One of several processes that share clusters out among them. */
export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

const FORM = /^(?:(\d+)|[a-z0-9.-]*-(\d+))\/(\d+)$/;
const MOST = 1000;

/**
 * Reads `1/3`, or with the name of a pod of a StatefulSet, whose ordinals begin with 0, `assay-0/3`. Undefined for whatever
 * is neither.
 */
export function parseShard(text: string): Shard | undefined {
  const [, number, ordinal, total] = FORM.exec(text) ?? [];
  const of = Number(total);
  const index = number === undefined ? Number(ordinal) + 1 : Number(number);
  return index >= 1 && index <= of && of <= MOST ? { index, of } : undefined;
}

/**
 * Whether a cluster is this shard's. Each is exactly one's, and when a shard is taken away only its own move.
 * @source rendezvous hashing: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998
 */
export function isOfShard(cluster: string, { index, of }: Shard): boolean {
  const weights = Array.from({ length: of }, (_, at) => weightOf(cluster, at + 1));
  return weights.indexOf(weights.reduce((most, weight) => (weight > most ? weight : most))) === index - 1;
}

/** The same in every process and version: others go by it. */
function weightOf(cluster: string, index: number): bigint {
  return createHash('sha256').update(`${index}/${cluster}`).digest().readBigUInt64BE();
}
