import { type CodeAction, CodeActionKind, type Range, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import type { Finding } from '../lint/finding.ts';
import { diagnosticOf, rangeOf } from './diagnostics.ts';
import type { EditedText } from './edited-text.ts';
import { placeAt } from './yaml-source.ts';

/** What mends everything that is sure to be mended. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.assay`;

export interface ActionContext {
  readonly findings: readonly Finding[];
  readonly docs: string | undefined;
  /** Whether the editor takes edits that name the version they are for. */
  readonly takesVersions: boolean;
}

/** What can be done about the findings in a range; of the kinds in `only`, if it is given. */
export function codeActions(
  text: EditedText,
  range: Range,
  only: readonly string[] | undefined,
  context: ActionContext,
): CodeAction[] {
  const wants = (kind: string) => only?.some((each) => kind === each || kind.startsWith(`${each}.`)) ?? true;
  const change = (edits: readonly TextEdit[]) => editOf(text, edits, context);
  const actions: CodeAction[] = [];
  const near = wants(CodeActionKind.QuickFix)
    ? context.findings.filter((found) => touches(rangeOf(found.range), range))
    : [];
  for (const finding of near) {
    const diagnostics = [diagnosticOf(finding, context.docs)];
    if (finding.fix !== undefined) {
      actions.push({
        title: `Fix: ${finding.message}`,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        isPreferred: true,
        edit: change(finding.fix.map(toEdit)),
      });
    }
    // What is no YAML has no rules to disable.
    if (finding.rule === 'yaml-syntax') continue;
    actions.push({
      title: `Disable ${finding.rule} here`,
      kind: CodeActionKind.QuickFix,
      diagnostics,
      edit: change([disabling(text, finding)]),
    });
  }
  const all = fixesOf(context.findings);
  if (all.length > 0 && wants(FIX_ALL)) {
    actions.push({ title: 'Fix all that Assay can fix', kind: FIX_ALL, edit: change(all) });
  }
  return actions;
}

function editOf(
  { uri, version }: EditedText,
  edits: readonly TextEdit[],
  { takesVersions }: ActionContext,
): WorkspaceEdit {
  if (!takesVersions) return { changes: { [uri]: [...edits] } };
  return { documentChanges: [{ textDocument: { uri, version }, edits: [...edits] }] };
}

function toEdit({ range, text }: NonNullable<Finding['fix']>[number]): TextEdit {
  return { range: rangeOf(range), newText: text };
}

/** The edits of all fixes that do not get into each other's way; the others come with the next look. */
function fixesOf(findings: readonly Finding[]): TextEdit[] {
  const chosen: TextEdit[] = [];
  for (const { fix = [] } of findings) {
    const edits = fix.map(toEdit);
    const isFree = edits.every((edit) => !chosen.some((other) => touches(edit.range, other.range)));
    if (isFree) chosen.push(...edits);
  }
  return chosen;
}

/** A comment above the line that the field begins in: within a block it would be a part of the text. */
function disabling(text: EditedText, { rule, range }: Finding): TextEdit {
  const found = text.offsetAt(rangeOf(range).start);
  const { start, line } = text.lineAt(placeAt(text.source, found)?.span[0] ?? found);
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return { range: text.rangeOf([start, start]), newText: `${indent}# assay-lint-disable ${rule}\n` };
}

function touches(one: Range, other: Range): boolean {
  return !isBefore(one.end, other.start) && !isBefore(other.end, one.start);
}

function isBefore(one: Range['start'], other: Range['start']): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character);
}
