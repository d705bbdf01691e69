import { writeFile } from 'node:fs/promises';
import { createTwoFilesPatch } from 'diff';
import { applyFixes } from '../lint/apply-fixes.ts';
import type { Finding, SourceText } from '../lint/finding.ts';
import { lintTexts } from '../lint/lint-text.ts';
import type { LintSettings } from '../lint/settings.ts';
import type { Output } from './console.ts';
import { InputError } from './input-error.ts';
import type { LintReport } from './lint-report.ts';

/** One fix may bring out another, such as that of a file that was no YAML. */
const MOST_ROUNDS = 10;

/**
 * Mends what is certain in files, or shows as a patch what would change.
 *
 * @returns what is left to mend
 * @throws InputError for standard input, which cannot be written, unless it is only shown
 */
export async function fixFiles(
  sources: readonly SourceText[],
  settingsOf: (source: SourceText) => LintSettings,
  { dryRun, out }: { readonly dryRun: boolean; readonly out: Output },
): Promise<LintReport> {
  const original = new Map<SourceText, SourceText>(sources.map((source) => [source, source]));
  let current = sources;
  let linted = lintTexts(current, (source) => settingsOf(original.get(source) ?? source));
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const byFile = Map.groupBy(linted.findings, ({ file }) => file);
    const mended = current.map((source) => mend(source, byFile.get(source.path) ?? [], original));
    if (mended.every((source, index) => source === current[index])) break;
    current = mended;
    linted = lintTexts(current, (source) => settingsOf(original.get(source) ?? source));
  }
  for (const source of current) {
    const before = original.get(source) ?? source;
    if (before.text === source.text) continue;
    if (dryRun) out.write(createTwoFilesPatch(before.path, source.path, before.text, source.text));
    else await write(source);
  }
  return { files: sources.length, ...linted };
}

function mend(source: SourceText, findings: readonly Finding[], original: Map<SourceText, SourceText>): SourceText {
  const { text, fixed } = applyFixes(source.text, findings);
  if (fixed.length === 0) return source;
  const mended = { path: source.path, text };
  original.set(mended, original.get(source) ?? source);
  return mended;
}

async function write({ path, text }: SourceText): Promise<void> {
  if (path === 'standard input')
    throw new InputError('standard input cannot be mended', 'Give --dry-run to see the patch.');
  await writeFile(path, text);
}
