import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { RESOURCES } from '../../lib/model/resources.ts';
import type { SchemaKind } from '../../lib/model/schemas.ts';
import { ARGO_FIELDS } from './argo-fields.ts';
import type { FieldFact } from './field-table.ts';

type Branch = Record<string | number, unknown>;

/** An object with every field that Argo's CRD has, lists and maps with one entry each, valid by type. */
export function aCompleteObject(kind: SchemaKind): KubernetesObject {
  return anObjectOf(kind, () => true);
}

/** An object with no field but those that Argo's CRD requires. */
export function aMinimalObject(kind: SchemaKind): KubernetesObject {
  return anObjectOf(kind, (fact) => fact.required === true);
}

/** The way to the field of `aCompleteObject` that a path of the table names. */
export function keysOf(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]{}]+|\[\]|\{\}/g)].map(([step]) =>
    step === '[]' ? 0 : step === '{}' ? 'entry' : step,
  );
}

/** Tests change field after field: to make the whole object anew costs ten times as much as to read it. */
const texts = new Map<SchemaKind, string>();

/** The complete object with another value at one path of the table; undefined leaves the field out. */
export function withField(kind: SchemaKind, path: string, value: unknown): object {
  const text = texts.get(kind) ?? JSON.stringify(aCompleteObject(kind));
  texts.set(kind, text);
  const object = JSON.parse(text) as object;
  const keys = keysOf(path);
  const parent = fieldAt(object, keys.slice(0, -1)) ?? {};
  const key = keys.at(-1) ?? '';
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return object;
}

function anObjectOf(kind: SchemaKind, isWanted: (fact: FieldFact) => boolean): KubernetesObject {
  const { apiVersion } = RESOURCES[kind];
  const object = { apiVersion, kind, metadata: { name: `complete-${kind.toLowerCase()}` } };
  for (const [path, fact] of Object.entries(ARGO_FIELDS[kind])) {
    if (path in object || !isWanted(fact)) continue;
    const keys = keysOf(path);
    const parent = fieldAt(object, keys.slice(0, -1));
    const key = keys.at(-1);
    if (parent !== undefined && key !== undefined) parent[key] = aValue(kind, path, fact);
  }
  return object;
}

/** The object or list there, or undefined where it was not wanted. */
function fieldAt(object: object, keys: readonly (string | number)[]): Branch | undefined {
  let branch = object as Branch | undefined;
  for (const key of keys) branch = branch?.[key] as Branch | undefined;
  return branch;
}

/** Words from lists that the schemas know although the CRDs leave them open, by how a path ends; the first decides. */
const WORDS: Readonly<Record<string, string>> = {
  'stepPluginStatuses[].phase': 'Running',
  'stepPluginStatuses[].operation': 'Run',
  stablePingPong: 'ping',
  'AnalysisRunStatus.status': 'Running',
  podTemplateHashValue: 'Latest',
  specRef: 'canary',
  'replicaProgressThreshold.type': 'Pods',
  'pauseConditions[].reason': 'BlueGreenPause',
  phase: 'Running',
  'conditions[].type': 'Progressing',
  'conditions[].status': 'True',
  'templateStatuses[].status': 'Running',
};

function aValue(kind: SchemaKind, path: string, fact: FieldFact): unknown {
  if (kind === 'Rollout' && path === 'status.phase') return 'Healthy';
  switch (fact.type) {
    case 'object':
      return fact.open ? { anything: { at: ['all', 1, true] } } : {};
    case 'array':
      return [];
    case 'boolean':
      return true;
    case 'integer':
    case 'int-or-string':
      return 3;
    default: {
      const word = Object.keys(WORDS).find((end) => path.endsWith(end));
      if (word !== undefined) return WORDS[word];
      return fact.format === 'date-time' ? '2026-11-05T10:00:00Z' : (fact.default ?? fact.enum?.[0] ?? 'text');
    }
  }
}
