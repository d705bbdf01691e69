import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { lintFiles } from './lint-files.ts';
import { type Finding, formatFinding, formatSummary, lintJson, type LintReport, summarize } from './lint-report.ts';
import { lintSarif } from './sarif.ts';
import { readSourceFiles, type SourceFile } from './source-files.ts';
import { sourceExcerpt } from './source-excerpt.ts';

interface LintOptions {
  readonly strict?: boolean;
  readonly output: 'text' | 'json' | 'sarif';
}

const HELP = `
Checks AnalysisTemplates, ClusterAnalysisTemplates, AnalysisRuns and Experiments as an API server would, and beyond:
conditions are compiled against what their provider gives; arguments, durations, limits and patterns are looked
through; unknown fields are shown. Other kinds are passed over.

An error would be refused by the API server or end the analysis with Error; a warning is accepted but hardly meant.

Exit codes:
  0   no errors
  1   errors, or warnings with --strict
  64  a file cannot be read

Examples:
  assay lint templates/
  helm template ./chart | assay lint -
  assay lint --strict -o sarif templates/ > assay.sarif`;

/** `assay lint`: checks resources in files. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('lint')
    .description('Check analysis templates, runs and experiments in files.')
    .argument('<file...>', 'YAML or JSON files, folders of them, or - for standard input')
    .option('--strict', 'take warnings for errors')
    .addOption(new Option('-o, --output <format>', 'what to print').choices(['text', 'json', 'sarif']).default('text'))
    .addHelpText('after', HELP)
    .action(async (paths: string[], options: LintOptions) => exitWith(await lint(paths, options, console)));
}

async function lint(paths: readonly string[], options: LintOptions, console: Console): Promise<ExitCode> {
  const files = await readSourceFiles(paths, console);
  const report = options.strict ? inStrict(lintFiles(files)) : lintFiles(files);
  const summary = summarize(report);
  if (options.output === 'text') {
    printText(report.findings, files, console);
    console.out.write(`${formatSummary(summary)}\n`);
  } else {
    const shown = options.output === 'json' ? lintJson(report) : lintSarif(report, packageJson.version);
    console.out.write(`${JSON.stringify(shown, null, 2)}\n`);
  }
  return summary.errors > 0 ? EXIT.failed : EXIT.ok;
}

function inStrict(report: LintReport): LintReport {
  return { ...report, findings: report.findings.map((finding) => ({ ...finding, severity: 'error' })) };
}

/** To a person, with the line of the file and a caret; to a program, a line each. */
function printText(findings: readonly Finding[], files: readonly SourceFile[], { out }: Console): void {
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  for (const finding of findings) {
    const line = formatFinding(finding);
    if (!out.isTerminal) {
      out.write(`${line}\n`);
      continue;
    }
    const style = finding.severity === 'error' ? 'red' : 'yellow';
    const excerpt = sourceExcerpt(texts.get(finding.file) ?? '', finding, out.columns() - 2);
    const indented = excerpt.replaceAll(/^/gm, '  ');
    out.write(`${line.replace(finding.severity, (word) => out.paint(style, word))}\n${out.paint('dim', indented)}\n`);
  }
}
