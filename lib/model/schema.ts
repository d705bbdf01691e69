import { z } from 'zod';

/**
 * The field types that Kubernetes has and zod has not, each with the description that `kubectl explain` shows.
 *
 * What zod checks and a CRD cannot say (or Argo's CRDs leave open) is a refinement, which never reaches the CRD;
 * what a CRD says and zod cannot is in `meta`, which goes into it as it stands (`infra/cluster/crd.ts`).
 * Defaults are `meta` too: the API server fills them in, so an object that was never there may lack them.
 */

/** The text of every refinement is what was expected, as `validateResource` puts it into a sentence. */
const integer = (expected: string) => z.number().refine(isInt64, { error: expected }).meta({ type: 'integer' });

/** A string. */
export const text = (description: string) => z.string().describe(description);

/** A duration as Go writes it: `30s`, `1h30m`. Only a string here; `analysis/` reads it. */
export const duration = (description: string) => z.string().meta({ description, duration: true });

/** A boolean. */
export const flag = (description: string) => z.boolean().describe(description);

/** An integer that a Go int32 holds; API servers refuse larger ones where the CRD names the format. */
export const int32 = (description: string) => z.int32().meta({ description, format: 'int32' });

/** An integer that a Go int64 holds. Beyond 2^53 JSON has already rounded it, which is no reason to refuse it. */
export const int64 = (description: string) =>
  integer('an integer of at most 64 bits').meta({ description, type: 'integer', format: 'int64' });

/** An integer or a string, which in templates is mostly an argument: `3`, `"3"`, `"{{args.count}}"`. */
export const intOrString = (description: string) =>
  z.union([integer('an integer or a string'), z.string()]).meta({ description, 'x-kubernetes-int-or-string': true });

/** A point in time as metav1.Time writes it: RFC 3339, whole seconds, `2026-11-05T10:00:00Z`. */
export const time = (description: string) =>
  z
    .string()
    .refine(isDateTime, { error: 'an RFC 3339 time such as 2026-11-05T10:00:00Z' })
    .meta({ description, format: 'date-time' });

/** A list in which nothing is merged by key. */
export const list = <Item extends z.ZodType>(item: Item, description: string) => z.array(item).describe(description);

/** A map of strings, as labels are. */
export const textMap = (description: string) => z.record(z.string(), z.string()).describe(description);

/** An object of any fields, none of which the API server prunes. */
export const anyObject = (description: string) => z.record(z.string(), z.unknown()).describe(description);

/**
 * One of the words that Assay knows. Argo's CRDs list none of them, so neither do ours: another word is a
 * warning to `validateResource`, and nothing to the API server.
 */
export const word = <const Words extends readonly string[]>(words: Words, description: string) =>
  z.enum(words).meta({ description, open: true });

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value <= 2 ** 63;
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}t([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(z|[+-]\d{2}:\d{2})$/i;

/**
 * API servers let offsets pass that no clock has, such as +99:99: what is written so is no point in time.
 * @source IsDateTime of k8s.io/kube-openapi/pkg/validation/strfmt
 */
function isDateTime(value: string): boolean {
  return DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));
}
