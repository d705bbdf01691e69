import type { Experiment } from '../../model/experiment.ts';
import type { KubernetesObject } from '../../model/kubernetes.ts';
import type { Keys } from '../../model/problem.ts';
import { checkDns } from '../kubernetes-names.ts';
import type { Rule, Slip } from '../rule.ts';
import { isAnalysis, isExperiment } from '../subject.ts';

export const invalidName: Rule = {
  severity: 'error',
  summary: 'A name that an API server refuses.',
  object(object) {
    const { name = '', generateName = '', namespace = '' } = object.metadata;
    const own = name === '' ? generateName.replace(/-+$/, '') : name;
    const field = name === '' ? 'generateName' : 'name';
    return [
      ...complain(['metadata', field], own, 'subdomain'),
      ...complain(['metadata', 'namespace'], namespace, 'label'),
      ...namesOfSecrets(object).flatMap(({ keys, text }) => complain(keys, text, 'subdomain')),
      // They end the names of ReplicaSets and runs.
      ...(isExperiment(object) ? partsOf(object) : []).flatMap(({ keys, text }) => complain(keys, text, 'subdomain')),
    ];
  },
};

function complain(keys: Keys, text: string, form: 'subdomain' | 'label'): Slip[] {
  const complaint = text === '' || text.includes('{{') ? undefined : checkDns(text, form);
  return complaint === undefined ? [] : [{ keys, value: text, ...complaint }];
}

interface NamedPart {
  readonly keys: Keys;
  readonly text: string;
}

function partsOf({ spec }: Experiment): NamedPart[] {
  return [
    ...spec.templates.map(({ name: text }, index) => ({ keys: ['spec', 'templates', index, 'name'], text })),
    ...(spec.analyses ?? []).map(({ name: text }, index) => ({ keys: ['spec', 'analyses', index, 'name'], text })),
  ];
}

function namesOfSecrets(object: KubernetesObject): NamedPart[] {
  if (!isAnalysis(object)) return [];
  return (object.spec.args ?? []).flatMap(({ valueFrom }, index) => {
    const text = valueFrom?.secretKeyRef?.name ?? '';
    return [{ keys: ['spec', 'args', index, 'valueFrom', 'secretKeyRef', 'name'], text }];
  });
}
