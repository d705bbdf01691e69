import { isObject } from '../../model/is-object.ts';
import type { Keys } from '../../model/problem.ts';
import { checkLabelName, checkLabelValue } from '../kubernetes-names.ts';
import type { Rule, Slip } from '../rule.ts';

export const invalidLabel: Rule = {
  severity: 'error',
  summary: 'A label or annotation that an API server refuses.',
  object: ({ metadata }) => checkMetadata(metadata, ['metadata']),
  provided: ({ field, spec, keys }) => (field === 'job' ? checkMetadata(spec['metadata'], [...keys, 'metadata']) : []),
  pod: ({ template, keys }) => checkMetadata(template['metadata'], [...keys, 'metadata']),
};

function checkMetadata(metadata: unknown, keys: Keys): Slip[] {
  if (!isObject(metadata)) return [];
  const { labels, annotations } = metadata;
  return [
    ...checkMap(labels, [...keys, 'labels'], true),
    // What they hold is free.
    ...checkMap(annotations, [...keys, 'annotations'], false),
  ];
}

function checkMap(map: unknown, keys: Keys, hasLabels: boolean): Slip[] {
  return Object.entries(isObject(map) ? map : {}).flatMap(([name, value]): Slip[] => {
    const at = [...keys, name];
    const text = typeof value === 'string' ? value : '';
    if (name.includes('{{') || text.includes('{{')) return [];
    const wrongName = checkLabelName(hasLabels ? name : name.toLowerCase());
    if (wrongName) return [{ keys: at, ...wrongName, value: name }];
    const wrongValue = hasLabels ? checkLabelValue(text) : undefined;
    return wrongValue ? [{ keys: at, ...wrongValue, value: text }] : [];
  });
}
