import type { Severity } from '../model/problem.ts';

/** What is asked of a look through files, beside the files. Names are those of rules. */
export interface LintSettings {
  /** Rules that say nothing. */
  readonly disable?: readonly string[];
  /** Rules that speak though `disable`, or `strict`, would have them silent. */
  readonly enable?: readonly string[];
  /** Warnings are errors, and advice is not given. */
  readonly strict?: boolean;
  /** The files are all that there is: a reference that leads out of them is an error. */
  readonly all?: boolean;
  /** Plugins of metrics that are served. Without it nothing is said of them. */
  readonly plugins?: readonly string[] | undefined;
}

/** How grave a slip is then; undefined: nothing is said of it. */
export function severityIn(
  { disable = [], enable = [], strict = false }: LintSettings,
  rule: string,
  severity: Severity,
): Severity | undefined {
  const isEnabled = enable.includes(rule);
  if (disable.includes(rule) && !isEnabled) return undefined;
  if (!strict) return severity;
  return severity === 'advice' ? (isEnabled ? severity : undefined) : 'error';
}
