import { z } from 'zod';
import type { ObjectMeta } from './kubernetes.ts';
import { textMap } from './schema.ts';

const ownerReference = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
});

/**
 * The metadata of every object. API servers check it by themselves, so in a CRD it is just an object.
 * @source ObjectMeta of k8s.io/apimachinery/pkg/apis/meta/v1
 */
export const objectMeta: z.ZodType<ObjectMeta> = z
  .strictObject({
    name: z.string().exactOptional(),
    generateName: z.string().exactOptional(),
    namespace: z.string().exactOptional(),
    uid: z.string().exactOptional(),
    resourceVersion: z.string().exactOptional(),
    generation: z.number().exactOptional(),
    creationTimestamp: z.string().exactOptional(),
    deletionTimestamp: z.string().exactOptional(),
    deletionGracePeriodSeconds: z.number().exactOptional(),
    labels: z.record(z.string(), z.string()).exactOptional(),
    annotations: z.record(z.string(), z.string()).exactOptional(),
    finalizers: z.array(z.string()).exactOptional(),
    ownerReferences: z.array(ownerReference).exactOptional(),
    managedFields: z.array(z.unknown()).exactOptional(),
    selfLink: z.string().exactOptional(),
  })
  .describe('Standard object metadata.');

/** The labels and annotations of an object that is yet to be made; like Argo's, our CRDs keep nothing else of it. */
export const templateMetadata = (description: string) =>
  z
    .strictObject({
      labels: textMap('Labels to set.').exactOptional(),
      annotations: textMap('Annotations to set.').exactOptional(),
    })
    .describe(description);
export type TemplateMetadata = z.infer<ReturnType<typeof templateMetadata>>;
