import type { CheckedContext } from '../doctor/check-contexts.ts';
import type { CheckResult } from '../doctor/check-result.ts';
import { hasFailed } from './clusters-report.ts';

/** What to do next, the most urgent first; at least one line. */
export function nextSteps(here: readonly CheckResult[], contexts: readonly CheckedContext[]): readonly string[] {
  if (hasFailed(here)) return here.flatMap(({ status, mend }) => (status === 'fail' && mend ? [mend] : []));
  if (contexts.length === 0) return ['assay run template.yaml   # without a cluster; or give --kubeconfig FILE'];
  const steps = contexts.flatMap((context) => stepsFor(context));
  return [...new Set(steps)];
}

function stepsFor({ name, results }: CheckedContext): readonly string[] {
  const failsIn = (area: CheckResult['area']) =>
    results.some((result) => result.area === area && result.status === 'fail');
  const shown = quoted(name);
  if (failsIn('server')) return [`kubectl --context ${shown} version   # the API server must answer first`];
  if (failsIn('identity')) return [`kubectl --context ${shown} auth whoami   # the credentials must be taken`];
  if (failsIn('resources')) {
    return [`assay manifests --cluster ${shown} | kubectl --context ${shown} apply --server-side -f -`];
  }
  if (failsIn('rights')) {
    return [
      `assay clusters check --kubeconfig FILE --context ${shown}   # says which rights are missing, and the command`,
    ];
  }
  if (hasFailed(results)) return [`Mend what fails in ${name}; then run assay doctor again.`];
  return [`assay serve --context ${shown}`];
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
