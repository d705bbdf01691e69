import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, Range, TextEdit } from '../lint/finding.ts';
import { RULE_LIST } from '../lint/rules/registry.ts';
import type { LintReport } from './lint-report.ts';

const LEVELS = { error: 'error', warning: 'warning', advice: 'note' } as const;
const RULE_NAMES: readonly string[] = RULE_LIST.map(({ name }) => name);

/**
 * A report in the format that code hosts read to annotate changes.
 *
 * @param version  of Assay
 * @source https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function lintSarif({ findings }: LintReport, version: string): object {
  const rules = RULE_LIST.map(({ name, rule }) => ({
    id: name,
    shortDescription: { text: rule.summary },
    help: { text: `docs/lint.md#${name}` },
    defaultConfiguration: { level: LEVELS[rule.severity] },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'assay', semanticVersion: version, rules } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(resultOf),
      },
    ],
  };
}

function resultOf({ file, range, severity, rule, path, message, fix }: Finding): object {
  const artifactLocation = { uri: uriOf(file) };
  return {
    ruleId: rule,
    ruleIndex: RULE_NAMES.indexOf(rule),
    level: LEVELS[severity],
    message: { text: path === '' ? message : `${path}: ${message}` },
    locations: [
      {
        physicalLocation: { artifactLocation, region: regionOf(range) },
        ...(path !== '' && { logicalLocations: [{ fullyQualifiedName: path }] }),
      },
    ],
    ...(fix && { fixes: [{ artifactChanges: [{ artifactLocation, replacements: fix.map(replacementOf) }] }] }),
  };
}

function replacementOf({ range, text }: TextEdit): object {
  return { deletedRegion: regionOf(range), insertedContent: { text } };
}

function regionOf({ start, end }: Range): object {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** Relative paths stay relative, to the folder that the reader takes for the root. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(sep).map(encodeURIComponent).join('/');
}
