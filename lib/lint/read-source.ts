import type { KubernetesObject } from '../model/kubernetes.ts';
import { fieldAt } from '../model/fields.ts';
import { isObject } from '../model/is-object.ts';
import type { Keys, Problem } from '../model/problem.ts';
import { readablePart } from '../model/readable-part.ts';
import { type SchemaKind, SCHEMAS } from '../model/schemas.ts';
import { validateResource } from '../model/validate.ts';
import type { SourceText } from './finding.ts';
import { type Reference, referencesOf } from './references.ts';
import { isOurs, readResources, type ResourceDocument } from './resource-documents.ts';
import { readSuppressions, type Suppressions } from './suppressions.ts';
import type { SyntaxProblem } from './yaml-documents.ts';

/** A resource that lint looks at. */
export interface ReadDocument extends ResourceDocument {
  /** What its schema says. */
  readonly schema: readonly Problem[];
  /** Without what its schema refuses; undefined where nothing is left, or, of a Rollout, where anything is refused. */
  readonly part: KubernetesObject | undefined;
  /** Fields with nothing behind them. */
  readonly emptyFields: readonly Keys[];
  readonly references: readonly Reference[];
}

/** A text as far as it does not depend on others. */
export interface ReadSource {
  readonly problems: readonly SyntaxProblem[];
  readonly documents: readonly ReadDocument[];
  /** Documents of kinds that lint does not know. */
  readonly passedOver: number;
  readonly suppressions: Suppressions;
}

const known = new WeakMap<SourceText, ReadSource>();

/** Reads a text, once. */
export function readSource(source: SourceText): ReadSource {
  const before = known.get(source);
  if (before) return before;
  const { resources, problems } = readResources({ name: source.path, text: source.text });
  const documents = resources.flatMap((resource) => readDocument(resource) ?? []);
  const suppressions = readSuppressions(source.text);
  const read = { problems, documents, passedOver: resources.length - documents.length, suppressions };
  known.set(source, read);
  return read;
}

function readDocument(document: ResourceDocument): ReadDocument | undefined {
  const { value } = document;
  const isOne = isRollout(value);
  if (!isOne && !isOurs(value)) return undefined;
  const schema = validateResource(value);
  // Argo's rules on a Rollout are between fields: without those that are refused they would say what is not so.
  const isLeftOut = isOne && schema.some(({ severity }) => severity === 'error');
  const part = isLeftOut ? undefined : (readablePart(value, schema) as KubernetesObject | undefined);
  const references = referencesOf(isOne ? value : part);
  return { ...document, schema, part, emptyFields: emptyFieldsOf(value), references };
}

function isRollout(value: unknown): boolean {
  if (!isObject(value) || value['kind'] !== 'Rollout') return false;
  const { apiVersion } = value;
  return typeof apiVersion === 'string' && apiVersion.startsWith('argoproj.io/');
}

/** Fields that the schema knows and that are null. The time of creation is, wherever tools have written objects. */
function emptyFieldsOf(object: unknown): Keys[] {
  const kind = isObject(object) ? object['kind'] : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(SCHEMAS, kind)) return [];
  const schema = SCHEMAS[kind as SchemaKind];
  const isKnown = (keys: Keys) => keys[0] === 'spec' && fieldAt(schema, keys) !== undefined;
  return nullFields(object, []).filter(isKnown);
}

function nullFields(value: unknown, keys: Keys): Keys[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => nullFields(item, [...keys, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    field === null ? [[...keys, name]] : nullFields(field, [...keys, name]),
  );
}
