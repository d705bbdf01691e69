import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, LintReport } from './lint-report.ts';

const RULES: Readonly<Record<Finding['rule'], string>> = {
  syntax: 'The file is YAML or JSON.',
  schema: 'The resource is one that an API server accepts as it was meant.',
  analysis: 'Metrics, conditions and arguments keep the rules of analysis.',
};
const RULE_IDS = Object.keys(RULES) as Finding['rule'][];

/**
 * A report in the format that code hosts read to annotate changes.
 *
 * @param version  of Assay
 * @source https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function lintSarif({ findings }: LintReport, version: string): object {
  const rules = RULE_IDS.map((id) => ({ id, shortDescription: { text: RULES[id] } }));
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

function resultOf({ file, line, column, severity, rule, path, message }: Finding): object {
  return {
    ruleId: rule,
    ruleIndex: RULE_IDS.indexOf(rule),
    level: severity,
    message: { text: path === '' ? message : `${path}: ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
        ...(path !== '' && { logicalLocations: [{ fullyQualifiedName: path }] }),
      },
    ],
  };
}

/** Relative paths stay relative, to the folder that the reader takes for the root. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(sep).map(encodeURIComponent).join('/');
}
