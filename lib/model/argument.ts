import { z } from 'zod';
import { list, text } from './schema.ts';

const secretKeyRef = z
  .strictObject({
    name: text('Name of a Secret in the namespace of the run.'),
    key: text('Key within the Secret.'),
  })
  .describe('Takes the value from a Secret; it never appears in a status.');

const fieldRef = z
  .strictObject({ fieldPath: text("Path within the Rollout, such as metadata.labels['region'].") })
  .describe('Takes the value from a field of the Rollout that the analysis belongs to.');

const valueFrom = z
  .strictObject({
    secretKeyRef: secretKeyRef.exactOptional(),
    fieldRef: fieldRef.exactOptional(),
  })
  .describe('Where the value is found when the run begins.');
export type ValueFrom = z.infer<typeof valueFrom>;

/** A value that `{{args.<name>}}` stands for. */
export const argument = z.strictObject({
  name: text('Name, as used in {{args.<name>}}.'),
  value: text('Value; in a template, the default.').exactOptional(),
  valueFrom: valueFrom.exactOptional(),
});
export type Argument = z.infer<typeof argument>;

/** @source Argument, ValueFrom in pkg/apis/rollouts/v1alpha1/analysis_types.go of argoproj/argo-rollouts */
export const argumentList = list(argument, 'Values that {{args.<name>}} in the metrics stands for.');
