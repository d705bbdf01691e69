import { goJson } from '../../expression/go/json-fields.ts';
import type { LabelSelector, PodTemplate } from '../../model/pod-template.ts';
import { qualifiedNameProblems } from '../../workload/names.ts';
import { withDefaults } from '../../workload/pod-template-defaults.ts';
import { containerProblems, volumeProblems } from './containers.ts';
import { forbidden, invalid, invalidJson, unsupported } from './field-error.ts';
import { isSelected, labelProblems } from './selector.ts';

const MOST_ANNOTATION_BYTES = 256 * 1024;

/**
 * What is wrong with the template of pods that a ReplicaSet is to make. Argo asks all that an API server would; here
 * it is what people mistake most: labels, names, images, ports, variables, mounts. The rest the API server tells when
 * the ReplicaSet is made.
 *
 * @source ValidatePodTemplateSpecForReplicaSet in pkg/apis/apps/validation of k8s.io/kubernetes v1.34.5
 */
export function podTemplateProblems(
  template: PodTemplate,
  selector: LabelSelector | undefined,
  path: string,
): string[] {
  const { labels, annotations } = template.metadata ?? {};
  const { spec = {} } = withDefaults(template) as { readonly spec?: Readonly<Record<string, unknown>> };
  const { restartPolicy } = spec;
  const at = `${path}.spec`;
  return [
    ...(isSelected(labels ?? {}, selector)
      ? []
      : [
          invalidJson(`${path}.metadata.labels`, goJson(labels ?? null), '`selector` does not match template `labels`'),
        ]),
    ...labelProblems(labels, `${path}.labels`),
    ...annotationProblems(annotations, `${path}.annotations`),
    ...volumeProblems(spec, at),
    ...containerProblems(spec, at),
    ...restartProblems(restartPolicy, `${at}.restartPolicy`),
    ...(spec['activeDeadlineSeconds'] === undefined
      ? []
      : [forbidden(`${at}.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported')]),
  ];
}

function annotationProblems(annotations: Readonly<Record<string, string>> = {}, path: string): string[] {
  const names = Object.keys(annotations).toSorted();
  const problems = names.flatMap((name) =>
    qualifiedNameProblems(name.toLowerCase()).map((problem) => invalid(path, name, problem)),
  );
  const bytes = new TextEncoder().encode(Object.entries(annotations).flat().join('')).length;
  if (bytes <= MOST_ANNOTATION_BYTES) return problems;
  return [...problems, `${path}: Too long: may not be more than ${MOST_ANNOTATION_BYTES} bytes`];
}

/** It is asked twice: what a pod may have, and what the pods of a ReplicaSet may. */
function restartProblems(policy: unknown, path: string): string[] {
  if (policy === 'Always') return [];
  const word = String(policy);
  const ofSets = unsupported(path, word, ['Always']);
  const known = ['Always', 'OnFailure', 'Never'];
  return known.includes(word) ? [ofSets] : [unsupported(path, word, known), ofSets];
}
