import { z } from 'zod';
import { templateMetadata } from './metadata.ts';
import { text, textMap } from './schema.ts';

/**
 * A pod as its ReplicaSet or Job will make it. Everything in `spec` is kept as it stands and left to the API server
 * to judge when the pod's owner is created, so new fields of Kubernetes need no new CRD.
 */
export const podTemplate = z
  .strictObject({
    metadata: templateMetadata('Labels and annotations of the pods.').exactOptional(),
    spec: z
      .looseObject({
        containers: z.array(z.looseObject({ name: text('Name of the container, unique in the pod.') })).meta({
          description: 'Containers of the pod.',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        }),
      })
      .describe('Pod specification, as in core/v1.')
      .exactOptional(),
  })
  .describe('Pods to create.');
export type PodTemplate = z.infer<typeof podTemplate>;

/** What a Job is made of. Like a pod's, all but its template's metadata is kept as it stands. */
export const jobSpec = z.looseObject({ template: podTemplate }).describe('Job specification, as in batch/v1.');

const labelRequirement = z.strictObject({
  key: text('Label to look at.'),
  operator: text('In, NotIn, Exists or DoesNotExist.'),
  values: z
    .array(z.string())
    .meta({ description: 'Values for In and NotIn.', 'x-kubernetes-list-type': 'atomic' })
    .exactOptional(),
});

/** @source LabelSelector of k8s.io/apimachinery/pkg/apis/meta/v1 */
export const labelSelector = z
  .strictObject({
    matchLabels: textMap('Labels that a pod must have.').exactOptional(),
    matchExpressions: z
      .array(labelRequirement)
      .meta({ description: 'Further requirements, all of which must hold.', 'x-kubernetes-list-type': 'atomic' })
      .exactOptional(),
  })
  .meta({
    description: 'Selects the pods of this template, and no others.',
    'x-kubernetes-map-type': 'atomic',
  });
export type LabelSelector = z.infer<typeof labelSelector>;
