import { isAbsent } from '../model/empty.ts';
import { isObject } from '../model/is-object.ts';
import type { Keys } from '../model/problem.ts';
import { type Field, STRUCTURES } from '../workload/pod-template-json.ts';
import { parseQuantity } from '../workload/quantity.ts';

/** A field of a pod that an API server cannot read. */
export interface Misshapen {
  readonly keys: Keys;
  readonly value: unknown;
  readonly expected: 'a list' | 'an object' | 'a string' | 'a quantity';
}

/**
 * Every field of a pod template that has another shape than core/v1 gives it. What holds a `{{tag}}` is not known yet.
 */
export function misshapenParts(template: unknown, keys: Keys): Misshapen[] {
  return inStructure('PodTemplateSpec', template, keys);
}

function inStructure(type: string, value: unknown, keys: Keys): Misshapen[] {
  if (isAbsent(value) || isTag(value)) return [];
  if (type === 'Quantity') {
    const isOne = (typeof value === 'string' || typeof value === 'number') && parseQuantity(value) !== undefined;
    return isOne ? [] : [{ keys, value, expected: 'a quantity' }];
  }
  const fields = STRUCTURES.get(type);
  if (fields === undefined) return [];
  if (!isObject(value)) return [{ keys, value, expected: 'an object' }];
  return fields.flatMap((field) => {
    const own = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    return isAbsent(own) || isTag(own) ? [] : inField(type, field, own, [...keys, field.name]);
  });
}

function inField(structure: string, { name, holds, type }: Field, value: unknown, keys: Keys): Misshapen[] {
  if (holds === 'list') {
    if (!Array.isArray(value)) return [{ keys, value, expected: 'a list' }];
    return value.flatMap((item, index) => inStructure(type ?? '', item, [...keys, index]));
  }
  if (holds === 'map') {
    if (!isObject(value)) return [{ keys, value, expected: 'an object' }];
    return Object.entries(value).flatMap(([key, entry]) =>
      type === undefined ? textAt(entry, [...keys, key]) : inStructure(type, entry, [...keys, key]),
    );
  }
  if (type !== undefined) return inStructure(type, value, keys);
  if (TEXT_LISTS.has(name)) {
    if (!Array.isArray(value)) return [{ keys, value, expected: 'a list' }];
    return value.flatMap((item, index) => textAt(item, [...keys, index]));
  }
  return TEXTS.has(`${structure}.${name}`) ? textAt(value, keys) : [];
}

function textAt(value: unknown, keys: Keys): Misshapen[] {
  return isAbsent(value) || typeof value === 'string' ? [] : [{ keys, value, expected: 'a string' }];
}

function isTag(value: unknown): boolean {
  return typeof value === 'string' && value.includes('{{');
}

/** Of the values whose type the table of fields leaves open, those that people get wrong. */
const TEXT_LISTS: ReadonlySet<string> = new Set(['command', 'args', 'add', 'drop', 'nameservers', 'searches']);
const TEXTS: ReadonlySet<string> = new Set([
  'Container.image',
  'Container.name',
  'Container.workingDir',
  'Container.imagePullPolicy',
  'EnvVar.name',
  'EnvVar.value',
  'PodSpec.restartPolicy',
  'PodSpec.serviceAccountName',
  'VolumeMount.mountPath',
  'VolumeMount.name',
  'Volume.name',
]);
