import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Finding, SourceText } from '../lint/finding.ts';
import { lintTexts } from '../lint/lint-text.ts';
import { isRuleName, RULES } from '../lint/rules/registry.ts';
import type { LintSettings } from '../lint/settings.ts';
import { didYouMean } from '../model/suggest.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { githubAnnotation } from './github-annotations.ts';
import { InputError } from './input-error.ts';
import { connectionsOfMetrics, type MetricConnection } from './lint-connections.ts';
import { fixFiles } from './lint-fix.ts';
import { lintJunit } from './lint-junit.ts';
import { formatFinding, formatSummary, lintJson, type LintReport, summarize } from './lint-report.ts';
import { settingsReader } from './lint-settings.ts';
import type { ServeSettings } from './serve-settings.ts';
import { lintSarif } from './sarif.ts';
import { sourceExcerpt } from './source-excerpt.ts';
import { readSourceFiles } from './source-files.ts';

interface LintOptions {
  readonly strict?: boolean;
  readonly all?: boolean;
  readonly disable: readonly string[];
  readonly enable: readonly string[];
  readonly plugins?: readonly string[];
  readonly fix?: boolean;
  readonly dryRun?: boolean;
  readonly allowEmpty?: boolean;
  readonly settings?: string;
  readonly output: 'text' | 'json' | 'sarif' | 'github' | 'junit';
}

const HELP = `
Checks AnalysisTemplates, ClusterAnalysisTemplates, AnalysisRuns and Experiments as an API server would, and beyond:
conditions are compiled against what their provider gives, and queries read; arguments, durations, limits and patterns
are looked through; what Jobs and pods an API server refuses is told. References are followed through the files, those
of Rollouts too. Other kinds are passed over.

An error would be refused by the API server or end the analysis with Error; a warning is accepted but hardly meant;
advice works, and is regretted by many. Each finding ends with the name of its rule: docs/lint.md explains them all.

Rules are switched off by --disable, by a file .assay.yaml in the folder of the file or above it
(\`lint: {disable: [no-condition]}\`), or by a comment: \`# assay-lint-disable no-condition\` for its line or, alone on a
line, for the next; \`# assay-lint-disable-file no-condition\` for the file.

Exit codes:
  0   no errors
  1   errors, or warnings with --strict; with --settings, a metric that onlyConnections would refuse
  64  a file cannot be read, or there is nothing to check

Examples:
  assay lint templates/
  assay lint --fix --dry-run templates/
  helm template ./chart | assay lint -
  assay lint --strict -o sarif templates/ > assay.sarif`;

/** `assay lint`: checks resources in files. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('lint')
    .description('Check analysis templates, runs and experiments in files.')
    .argument('<file...>', 'YAML or JSON files, folders of them, or - for standard input')
    .option('--strict', 'take warnings for errors, and give no advice')
    .option('--all', 'the files are all that there is: references out of them are errors')
    .addOption(
      new Option('--disable <rule>', 'say nothing of a rule; may be repeated')
        .argParser(collectRules)
        .default([], 'none'),
    )
    .addOption(
      new Option('--enable <rule>', 'say it though .assay.yaml or --strict would not; may be repeated')
        .argParser(collectRules)
        .default([], 'none'),
    )
    .addOption(
      new Option('--plugins <names>', 'plugins that are served, with commas between: others are told of').argParser(
        (text): readonly string[] => text.split(',').map((name) => name.trim()),
      ),
    )
    .option('--fix', 'mend what is certain, in the files')
    .option('--dry-run', 'with --fix: show what would change, and change nothing')
    .option('--settings <file>', 'say which connection of it each metric would use, and which plugins it lacks')
    .option('--allow-empty', 'be content where there is nothing to check')
    .addOption(
      new Option('-o, --output <format>', 'what to print')
        .choices(['text', 'json', 'sarif', 'github', 'junit'])
        .default('text'),
    )
    .addHelpText('after', HELP)
    .action(async (paths: string[], options: LintOptions) => exitWith(await lint(paths, options, console)));
}

function collectRules(text: string, before: readonly string[]): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (isRuleName(name)) continue;
    throw new InputError(`there is no rule "${name}"${didYouMean(name, Object.keys(RULES))}`, 'docs/lint.md has all.');
  }
  return [...before, ...names];
}

async function lint(paths: readonly string[], options: LintOptions, console: Console): Promise<ExitCode> {
  if (options.dryRun && !options.fix) throw new InputError('--dry-run shows what --fix would change: give both');
  const files = await readSourceFiles(paths, console);
  const sources = files.map(({ name: path, text }): SourceText => ({ path, text }));
  const served = options.settings === undefined ? undefined : await readServed(options.settings);
  const servedPlugins = served && { plugins: Object.keys(served.plugins ?? {}) };
  const settingsOf = await settingsReader(sources, { ...servedPlugins, ...options });
  const report = options.fix
    ? await fixFiles(sources, settingsOf, { dryRun: options.dryRun === true, out: console.out })
    : lintSources(sources, settingsOf);
  if (report.documents === 0 && report.findings.length === 0 && !options.allowEmpty) {
    throw new InputError(
      `nothing to check in ${paths.join(', ')}: no AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun, Experiment or Rollout`,
      'Give --allow-empty where that is as it should be.',
    );
  }
  const used = served && connectionsOfMetrics(sources, served);
  print({ ...report, used }, sources, options.output, console);
  const isRefused = used?.some((each) => each.isRefused) ?? false;
  return summarize(report).errors > 0 || isRefused ? EXIT.failed : EXIT.ok;
}

/** What `assay serve --settings` would read. */
async function readServed(path: string): Promise<ServeSettings> {
  const { readServeSettings } = await import('./serve-settings.ts');
  return readServeSettings(path);
}

interface PrintedReport extends LintReport {
  readonly used: readonly MetricConnection[] | undefined;
}

function lintSources(sources: readonly SourceText[], settingsOf: (source: SourceText) => LintSettings): LintReport {
  return { files: sources.length, ...lintTexts(sources, settingsOf) };
}

function print(
  report: PrintedReport,
  sources: readonly SourceText[],
  output: LintOptions['output'],
  console: Console,
): void {
  const { out } = console;
  switch (output) {
    case 'json':
      return out.write(
        `${JSON.stringify({ ...lintJson(report), ...(report.used && { connections: report.used }) }, null, 2)}\n`,
      );
    case 'sarif':
      return out.write(`${JSON.stringify(lintSarif(report, packageJson.version), null, 2)}\n`);
    case 'junit':
      return out.write(lintJunit(report, sources));
    case 'github':
      for (const finding of report.findings) out.write(`${githubAnnotation(finding)}\n`);
      return out.write(`${formatSummary(summarize(report))}\n`);
    case 'text':
      printText(report.findings, sources, console);
      for (const { file, resource, metric, message } of report.used ?? []) {
        out.write(`${file}: ${resource}: metric ${metric}: ${message}\n`);
      }
      return out.write(`${formatSummary(summarize(report))}\n`);
  }
}

const STYLES = { error: 'red', warning: 'yellow', advice: 'cyan' } as const;

/** To a person, with the line of the file and a caret; to a program, a line each. */
function printText(findings: readonly Finding[], sources: readonly SourceText[], { out }: Console): void {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  for (const finding of findings) {
    const line = formatFinding(finding);
    if (!out.isTerminal) {
      out.write(`${line}\n`);
      continue;
    }
    const style = STYLES[finding.severity];
    const excerpt = sourceExcerpt(texts.get(finding.file) ?? '', finding.range.start, out.columns() - 2);
    const indented = excerpt.replaceAll(/^/gm, '  ');
    out.write(`${line.replace(finding.severity, (word) => out.paint(style, word))}\n${out.paint('dim', indented)}\n`);
  }
}
