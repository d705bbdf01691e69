import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const AREAS = ['expression', 'analysis', 'experiment', 'rollout', 'providers'] as const;
export type Area = (typeof AREAS)[number];

export interface VectorFile {
  /** The file's own name, such as `runs-basic.jsonl`. */
  readonly file: string;
  readonly vectors: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Reads the conformance vectors of one area, file by file.
 *
 * They are in this folder, or in `ASSAY_VECTORS`: a folder with one folder an area, or with the files of one area
 * themselves. Another folder may leave areas out (these give no files), but not all of them; here, none may be empty.
 *
 * @throws Error if there is nothing to run
 */
export function loadVectors(area: Area, from = process.env['ASSAY_VECTORS']): readonly VectorFile[] {
  const own = from === undefined || from === '';
  const folder = own ? import.meta.dirname : from;
  const files = readArea(folder, area);
  if (files.length > 0) return files;
  const others = own ? [] : AREAS.filter((other) => readArea(folder, other).length > 0);
  if (others.length === 0) throw new Error(`no vectors of ${own ? area : 'any area'} in ${folder}`);
  return [];
}

/** Why some vectors' outcomes are not ours, on purpose, by id. */
export function loadDifferences(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8')) as Record<string, string>;
}

function readArea(folder: string, area: Area): readonly VectorFile[] {
  const inside = join(folder, area);
  if (existsSync(inside)) return readFiles(inside);
  return readFiles(folder).filter(({ vectors }) => areaOf(vectors) === area);
}

function readFiles(folder: string): readonly VectorFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .toSorted()
    .map((file) => ({ file, vectors: readLines(join(folder, file)) }))
    .filter(({ vectors }) => vectors.length > 0);
}

function readLines(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Files that lie together without folders are told apart by the fields that only one area has. */
function areaOf(vectors: VectorFile['vectors']): Area {
  const has = (field: string) => vectors.some((vector) => field in vector);
  if (has('expr')) return 'expression';
  if (has('providerType') || has('constructError')) return 'providers';
  if (has('rollout') || vectors.some(({ fn }) => ROLLOUT_FUNCTIONS.has(String(fn)))) return 'rollout';
  return has('run') || has('in') ? 'analysis' : 'experiment';
}

/** Those whose vectors need not have a Rollout. */
const ROLLOUT_FUNCTIONS = new Set([
  'progress',
  'rolloutPhase',
  'setNewReplicaSetAnnotations',
  'stepHash',
  'validateRollout',
]);
