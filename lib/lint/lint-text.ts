import { isObject } from '../model/is-object.ts';
import type { KubernetesObject } from '../model/kubernetes.ts';
import { formatPath, formatProblem, type Keys, type Problem, problemAt } from '../model/problem.ts';
import { didYouMean } from '../model/suggest.ts';
import type { Finding, Range, SourceText, TextEdit } from './finding.ts';
import { lintObject, type NamedSlip } from './lint-object.ts';
import { readPromQl } from './promql/read-promql.ts';
import { type ReadDocument, type ReadSource, readSource } from './read-source.ts';
import { referenceSubject } from './reference-subject.ts';
import { isRuleName, RULE_LIST, RULES, type RuleName } from './rules/registry.ts';
import { type LintSettings, severityIn } from './settings.ts';
import { type AnyTemplate, indexTemplates, type TemplateIndex } from './template-index.ts';

/** What a text is looked through with. */
export interface LintContext {
  /** The other texts of the set: what references lead to is looked for in them too. Each is read once, by identity. */
  readonly others?: readonly SourceText[];
  readonly settings?: LintSettings;
}

/** Looks through the resources in a YAML or JSON text. Findings are in the order of their places; never throws. */
export function lintText(source: SourceText, { others = [], settings = {} }: LintContext = {}): readonly Finding[] {
  return findingsIn(source, readSource(source), indexOf([source, ...others]), settings);
}

/** What came of a look through files. */
export interface LintedSet {
  /** File by file, in each by place. */
  readonly findings: readonly Finding[];
  /** Documents that were looked at. */
  readonly documents: number;
  /** Documents of kinds that lint does not know: a Deployment. */
  readonly passedOver: number;
}

/** The same of a set of texts, whose references lead to each other. */
export function lintTexts(
  sources: readonly SourceText[],
  settingsOf: (source: SourceText) => LintSettings = () => ({}),
): LintedSet {
  const index = indexOf(sources);
  const set = { findings: [] as Finding[], documents: 0, passedOver: 0 };
  for (const source of sources) {
    const read = readSource(source);
    set.documents += read.documents.length;
    set.passedOver += read.passedOver;
    set.findings.push(...findingsIn(source, read, index, settingsOf(source)));
  }
  return set;
}

function indexOf(sources: readonly SourceText[]): TemplateIndex {
  const documents = sources.flatMap((source) => readSource(source).documents);
  return indexTemplates(
    documents.flatMap(({ file, part: template }) => (template && isTemplate(template) ? [{ file, template }] : [])),
  );
}

function isTemplate(part: KubernetesObject): part is AnyTemplate {
  return part.kind === 'AnalysisTemplate' || part.kind === 'ClusterAnalysisTemplate';
}

/** A finding before the settings have their say. */
interface RawFinding {
  readonly rule: RuleName;
  readonly severity: Finding['severity'];
  readonly path: string;
  readonly range: Range;
  readonly message: string;
  readonly fix?: readonly TextEdit[] | undefined;
  /** Where the field begins. */
  readonly fromLine: number;
}

function findingsIn(source: SourceText, read: ReadSource, index: TemplateIndex, settings: LintSettings): Finding[] {
  const raw = [
    ...read.problems.map(({ line, column, message, isBraces, fix }): RawFinding => {
      const start = { line, column };
      const rule = isBraces ? 'unquoted-braces' : 'yaml-syntax';
      return { rule, severity: 'error', path: '', range: { start, end: start }, message, fix, fromLine: line };
    }),
    ...unknownRules(read),
    ...read.documents.flatMap((document) => lintDocument(document, index, settings)),
  ];
  const told = new Set<string>();
  return raw
    .toSorted((a, b) => a.range.start.line - b.range.start.line || a.range.start.column - b.range.start.column)
    .flatMap(({ fromLine, fix, ...found }): Finding[] => {
      const severity = severityIn(settings, found.rule, found.severity);
      if (severity === undefined || read.suppressions.covers(found.rule, found.range, fromLine)) return [];
      // What an anchor names is read in several places, and stands in one.
      const id = JSON.stringify([found.rule, found.range, found.message, found.path.split('.').at(-1)]);
      if (told.has(id)) return [];
      told.add(id);
      return [{ file: source.path, ...found, severity, ...(fix && { fix }), docs: `docs/lint.md#${found.rule}` }];
    });
}

function unknownRules({ suppressions }: ReadSource): RawFinding[] {
  return suppressions.named.flatMap(({ rule: name, range }) => {
    if (isRuleName(name)) return [];
    const message = `there is no rule "${name}"${didYouMean(name, Object.keys(RULES))}`;
    return [{ rule: 'unknown-rule', severity: 'warning', path: '', range, message, fromLine: range.start.line }];
  });
}

function lintDocument(document: ReadDocument, index: TemplateIndex, settings: LintSettings): RawFinding[] {
  const { schema, part, emptyFields } = document;
  const slips = [
    ...(part ? lintObject(part, { readPromQl, plugins: settings.plugins }) : []),
    ...lintReferences(document, index, settings),
  ];
  const kept = slips.filter((slip) => !isConsequence(slip, schema));
  const said = new Set([...schema, ...kept].map(({ keys }) => JSON.stringify(keys)));
  const empty = emptyFields
    .filter((keys) => !said.has(JSON.stringify(keys)))
    .map((keys): NamedSlip => ({ keys, rule: 'empty-field', severity: 'warning', message: EMPTY }));
  return [
    ...schema.map((problem) => schemaFinding(problem, document)),
    ...[...kept, ...empty].map((slip) => findingOf(slip, document)),
  ];
}

const EMPTY = 'there is nothing behind it: API servers drop the field';

function lintReferences({ file, value, part, references }: ReadDocument, index: TemplateIndex, settings: LintSettings) {
  if (references.length === 0) return [];
  const { kind, metadata } = (part ?? value) as { readonly kind: string; readonly metadata?: unknown };
  const { name, namespace } = isObject(metadata) ? metadata : {};
  const referrer = { kind, name: textOf(name), namespace: textOf(namespace), file };
  return references.flatMap((reference) => {
    const subject = referenceSubject(reference, referrer, index, settings.all === true);
    return RULE_LIST.flatMap(({ name: ruleName, rule }) =>
      (rule.reference?.(subject) ?? []).map((slip): NamedSlip => ({
        severity: rule.severity,
        ...slip,
        rule: ruleName,
      })),
    );
  });
}

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : '';
}

/** Whether a slip only says again what the schema has said: of the same field, or that the one is missing which has another name. */
function isConsequence({ keys, isAbsence }: NamedSlip, schema: readonly Problem[]): boolean {
  return schema.some((problem) => {
    if (problem.severity === 'error') return startsWith(keys, problem.keys);
    if (isAbsence !== true || problem.rule !== 'unknown-field') return false;
    const holder = problem.keys.slice(0, -1);
    return isSame(holder, keys) || isSame(holder, keys.slice(0, -1));
  });
}

function startsWith(keys: Keys, start: Keys): boolean {
  return start.every((key, index) => keys[index] === key);
}

function isSame(left: Keys, right: Keys): boolean {
  return left.length === right.length && startsWith(left, right);
}

function schemaFinding(problem: Problem, document: ReadDocument): RawFinding {
  const { keys, severity, path } = problem;
  const rule = problem.rule !== undefined && isRuleName(problem.rule) ? problem.rule : 'wrong-type';
  const range = rule === 'unknown-field' ? nameRange(document, keys) : document.rangeOf(keys);
  const { hint, mended } = mendOf(problem, document);
  const fix = mended === undefined ? undefined : document.textEdits([{ keys, text: mended }]);
  const message = formatProblem({ ...problem, path: '', ...(hint !== undefined && { hint }) });
  return { rule, severity, path, range, message, fix, fromLine: document.locate(keys).line };
}

const IN_QUOTES = 'put it in quotes: ';
const WITH_UNIT = 'give it a unit: ';

/** What certainly mends a value of the wrong type, by the hint that says so. */
function mendOf({ keys, hint, value }: Problem, document: ReadDocument): { hint?: string; mended?: string } {
  if (hint === undefined || value === undefined) return {};
  if (hint.startsWith(IN_QUOTES)) {
    // The schema has seen what was read of it: `false`, where `off` stands.
    const source = document.sourceAt(keys) ?? value;
    return { hint: `${IN_QUOTES}${JSON.stringify(source)}`, mended: JSON.stringify(value) };
  }
  if (hint.startsWith(WITH_UNIT)) return { mended: hint.slice(WITH_UNIT.length).replaceAll('"', '') };
  return hint === 'leave out the quotes' ? { mended: value.replaceAll('"', '') } : {};
}

function nameRange(document: ReadDocument, keys: Keys): Range {
  const start = document.locate(keys);
  return { start, end: { line: start.line, column: start.column + String(keys.at(-1) ?? '').length } };
}

function findingOf(slip: NamedSlip, document: ReadDocument): RawFinding {
  const { keys, message, rule, severity, span } = slip;
  // `all(result, # < 1)` without quotes is cut short.
  const isCut = rule === 'condition-invalid' && message.includes('EOF') && document.hasComment(keys);
  const hint = isCut ? 'what follows # is a comment: put the condition in quotes' : slip.hint;
  const problem = problemAt(keys, { message, hint });
  return {
    rule,
    severity,
    path: formatPath(keys),
    range: document.rangeOf(keys, span),
    message: formatProblem({ ...problem, path: '' }),
    fix: slip.fix && document.textEdits(slip.fix),
    fromLine: document.locate(keys).line,
  };
}
