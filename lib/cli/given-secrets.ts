import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Secret } from '../model/kubernetes.ts';

/**
 * Secrets, and over them the values given on the command line for arguments that come from Secrets. So these are as
 * secret as if they had come from there: no run has them in its specification.
 */
export function withGivenSecrets(
  secrets: readonly Secret[],
  runs: readonly AnalysisRun[],
  args: ReadonlyMap<string, string>,
): readonly Secret[] {
  const all = new Map(secrets.map((secret) => [placeOf(secret.metadata), secret]));
  for (const { metadata, spec } of runs) {
    for (const { name, valueFrom } of spec.args ?? []) {
      const [ref, value] = [valueFrom?.secretKeyRef, args.get(name)];
      if (!ref || value === undefined) continue;
      const place = { namespace: metadata.namespace ?? '', name: ref.name };
      const data = { ...all.get(placeOf(place))?.data, [ref.key]: Buffer.from(value).toString('base64') };
      all.set(placeOf(place), { apiVersion: 'v1', kind: 'Secret', metadata: place, data });
    }
  }
  return [...all.values()];
}

/** Tells objects of one kind apart: `namespace/name`. */
export function placeOf({ namespace = '', name = '' }: AnalysisRun['metadata']): string {
  return `${namespace}/${name}`;
}
