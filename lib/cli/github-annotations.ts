import type { Finding } from '../lint/finding.ts';

const COMMANDS = { error: 'error', warning: 'warning', advice: 'notice' } as const;

/**
 * A finding as GitHub Actions reads it from the output of a step, and shows it beside the line.
 * @source https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function githubAnnotation({ file, range, severity, rule, path, message }: Finding): string {
  const { start, end } = range;
  const isOneLine = start.line === end.line;
  const properties = {
    file,
    line: start.line,
    endLine: end.line,
    // Columns are shown only within one line.
    ...(isOneLine && { col: start.column, endColumn: end.column }),
    title: rule,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${COMMANDS[severity]} ${list.join(',')}::${escape(path === '' ? message : `${path}: ${message}`)}`;
}

function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
