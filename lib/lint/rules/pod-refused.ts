import { isObject } from '../../model/is-object.ts';
import { describeValue, type Keys } from '../../model/problem.ts';
import { checkDns } from '../kubernetes-names.ts';
import { misshapenParts } from '../pod-shape.ts';
import type { Rule, Slip } from '../rule.ts';
import type { PodSubject } from '../subject.ts';

export const podRefused: Rule = {
  severity: 'error',
  summary: 'A pod that an API server refuses.',
  pod(pod) {
    const shape = misshapenParts(pod.template, pod.keys).filter(({ expected }) => expected !== 'a quantity');
    return [
      ...shape.map(({ keys, value, expected }): Slip => {
        const message = `expected ${expected}, got ${describeValue(value, keys)}`;
        const isPlain = expected === 'a string' && (typeof value === 'number' || typeof value === 'boolean');
        if (!isPlain) return { keys, message, value };
        return { keys, message, value, hint: 'put it in quotes', fix: [{ keys, text: `"${value}"` }] };
      }),
      ...containerSlips(pod),
      ...restartPolicySlips(pod),
    ];
  },
};

function containerSlips({ template, keys }: PodSubject): Slip[] {
  const spec = isObject(template['spec']) ? template['spec'] : {};
  const seen = new Set<string>();
  const slips = (['initContainers', 'containers'] as const).flatMap((field) => {
    const list: unknown = spec[field];
    return (Array.isArray(list) ? list : []).flatMap((container: unknown, index) =>
      isObject(container) ? containerSlip(container, [...keys, 'spec', field, index], seen) : [],
    );
  });
  const { containers } = spec;
  const hasNone = containers === undefined || (Array.isArray(containers) && containers.length === 0);
  const none: Slip = { keys: [...keys, 'spec', 'containers'], message: 'a pod needs a container', isAbsence: true };
  return hasNone ? [none, ...slips] : slips;
}

function containerSlip(container: Readonly<Record<string, unknown>>, keys: Keys, seen: Set<string>): Slip[] {
  const { name, image } = container;
  const slips: Slip[] = [];
  if (image === undefined || image === '') {
    slips.push({ keys: [...keys, 'image'], message: 'required, but missing', isAbsence: true });
  }
  if (typeof name !== 'string' || name.includes('{{')) return slips;
  const complaint = name === '' ? undefined : checkDns(name, 'label');
  if (complaint) slips.push({ keys: [...keys, 'name'], ...complaint, value: name });
  if (name !== '' && seen.has(name))
    slips.push({ keys: [...keys, 'name'], message: `duplicate container "${name}"`, value: name });
  seen.add(name);
  return slips;
}

function restartPolicySlips({ owner, template, keys }: PodSubject): Slip[] {
  const spec = isObject(template['spec']) ? template['spec'] : {};
  const { restartPolicy } = spec;
  const at = [...keys, 'spec', 'restartPolicy'];
  const isMissing = restartPolicy === undefined || restartPolicy === '';
  if (typeof restartPolicy === 'string' && restartPolicy.includes('{{')) return [];
  if (owner === 'Experiment') {
    if (isMissing || restartPolicy === 'Always') return [];
    return [
      { keys: at, message: 'pods of an Experiment are always restarted', hint: 'leave it out', value: restartPolicy },
    ];
  }
  if (restartPolicy === 'Never' || restartPolicy === 'OnFailure') return [];
  const hint = 'write restartPolicy: Never';
  if (isMissing) return [{ keys: at, message: 'a Job needs one: Never or OnFailure', hint, isAbsence: true }];
  return [{ keys: at, message: 'a Job knows only Never and OnFailure', hint, value: restartPolicy }];
}
