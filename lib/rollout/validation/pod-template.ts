import { goJson } from '../../expression/go/json-fields.ts';
import { isAbsent } from '../../model/empty.ts';
import type { LabelSelector, PodTemplate } from '../../model/pod-template.ts';
import { qualifiedNameProblems } from '../../workload/names.ts';
import { withDefaults } from '../../workload/pod-template-defaults.ts';
import { checkVolumes, containerProblems } from './containers.ts';
import { forbidden, invalid, invalidJson, unsupported } from './field-error.ts';
import { isSelected, labelProblems } from './selector.ts';

const MOST_ANNOTATION_BYTES = 256 * 1024;
const MOST_SECONDS = 2 ** 31 - 1;
const POLICIES = ['Always', 'OnFailure', 'Never'];

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
  const restartPolicy = String(spec['restartPolicy']);
  const isKnownPolicy = POLICIES.includes(restartPolicy);
  const at = `${path}.spec`;
  const volumes = checkVolumes(spec, at);
  return [
    ...(isSelected(labels ?? {}, selector)
      ? []
      : [
          invalidJson(`${path}.metadata.labels`, goJson(labels ?? null), '`selector` does not match template `labels`'),
        ]),
    ...labelProblems(labels, `${path}.labels`),
    ...annotationProblems(annotations, `${path}.annotations`),
    ...volumes.problems,
    ...containerProblems(spec, volumes.names, at),
    ...(isKnownPolicy ? [] : [unsupported(`${at}.restartPolicy`, restartPolicy, POLICIES)]),
    ...deadlineProblems(spec['activeDeadlineSeconds'], `${at}.activeDeadlineSeconds`),
    // A pod may have them, those of a ReplicaSet may not.
    ...(restartPolicy === 'Always' ? [] : [unsupported(`${at}.restartPolicy`, restartPolicy, ['Always'])]),
    ...(isAbsent(spec['activeDeadlineSeconds'])
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

function deadlineProblems(seconds: unknown, path: string): string[] {
  if (typeof seconds !== 'number' || (seconds >= 1 && seconds <= MOST_SECONDS)) return [];
  return [invalid(path, seconds, `must be between 1 and ${MOST_SECONDS}, inclusive`)];
}
