import { CONTROLLER_NAMESPACE } from '../kinds/provider-secrets.ts';
import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Secret } from '../model/kubernetes.ts';

/** One key of a Secret, from the command line. */
export interface GivenSecret {
  readonly name: string;
  readonly key: string;
  readonly value: string;
}

/** What the command line says of secrets. */
export interface Given {
  /** For arguments that come from Secrets. */
  readonly args: ReadonlyMap<string, string>;
  readonly secrets?: readonly GivenSecret[] | undefined;
}

/**
 * Secrets, and over them what is given on the command line: keys of Secrets, which are there for the runs and for what metrics
 * ask of their own, and values for arguments that come from Secrets. So these are as secret as if they had come from there:
 * no run has them in its specification.
 */
export function withGivenSecrets(
  secrets: readonly Secret[],
  runs: readonly AnalysisRun[],
  { args, secrets: given = [] }: Given,
): readonly Secret[] {
  const all = new Map(secrets.map((secret) => [placeOf(secret.metadata), secret]));
  const put = (place: { readonly namespace: string; readonly name: string }, key: string, value: string): void => {
    const data = { ...all.get(placeOf(place))?.data, [key]: Buffer.from(value).toString('base64') };
    all.set(placeOf(place), { apiVersion: 'v1', kind: 'Secret', metadata: place, data });
  };
  const namespaces = new Set([CONTROLLER_NAMESPACE, ...runs.map(({ metadata }) => metadata.namespace ?? '')]);
  for (const { name, key, value } of given) for (const namespace of namespaces) put({ namespace, name }, key, value);
  for (const { metadata, spec } of runs) {
    for (const { name, valueFrom } of spec.args ?? []) {
      const [ref, value] = [valueFrom?.secretKeyRef, args.get(name)];
      if (ref && value !== undefined) put({ namespace: metadata.namespace ?? '', name: ref.name }, ref.key, value);
    }
  }
  return [...all.values()];
}

/** Tells objects of one kind apart: `namespace/name`. */
export function placeOf({ namespace = '', name = '' }: AnalysisRun['metadata']): string {
  return `${namespace}/${name}`;
}
