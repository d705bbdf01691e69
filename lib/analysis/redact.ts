const MASK = '*****';

/**
 * Puts asterisks over every secret in a text, the longest first, so that one within another leaves nothing behind.
 * @source runMeasurements in analysis/analysis.go of argoproj/argo-rollouts, which leaves their order open
 */
export function redact(text: string, secretValues: readonly string[]): string {
  return secretValues
    .filter((secret) => secret !== '')
    .toSorted((left, right) => right.length - left.length)
    .reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}
