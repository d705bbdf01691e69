import type { Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { SourceText } from '../lint/finding.ts';
import { type EditedResource, resourcesOf } from './resource.ts';
import { parseSource, type Span, type YamlSource } from './yaml-source.ts';

/** Longer texts, in characters, are not looked at: nobody writes them, and each key would cost half a second. */
export const LONGEST_TEXT = 1_048_576;

/** How far before the cursor a word may begin, in characters: patterns that end at the cursor see no more of a line. */
export const LONGEST_WORD = 200;

const OURS = /argoproj\.io|\b(?:(?:Cluster)?Analysis(?:Template|Run)|Experiment)\b/;

/** One version of one text, and what is in it; that is found out when it is first asked for. */
export class EditedText {
  readonly uri: string;
  readonly text: string;
  readonly version: number;
  /** The same for lint, which reads each one once. */
  readonly lintSource: SourceText;
  readonly #lines: TextDocument;
  #source: YamlSource | undefined;
  #resources: readonly EditedResource[] | undefined;

  constructor(uri: string, text: string, version = 0) {
    this.uri = uri;
    this.text = text;
    this.version = version;
    this.lintSource = { path: uri, text };
    this.#lines = TextDocument.create(uri, 'yaml', version, text);
  }

  get isTooLong(): boolean {
    return this.text.length > LONGEST_TEXT;
  }

  /** Whether lint has any business with it: an editor hands over every YAML file, templates of charts among them. */
  get isOurs(): boolean {
    return !this.isTooLong && OURS.test(this.text);
  }

  get source(): YamlSource {
    return (this.#source ??= parseSource(this.isTooLong ? '' : this.text));
  }

  get resources(): readonly EditedResource[] {
    return (this.#resources ??= resourcesOf(this.source));
  }

  /** A place outside the text is the nearest one in it. */
  offsetAt(position: Range['start']): number {
    return this.#lines.offsetAt(position);
  }

  rangeOf([from, to]: Span): Range {
    return { start: this.#lines.positionAt(from), end: this.#lines.positionAt(to) };
  }

  /** The line that an offset is in: where it begins, and its text without the break. */
  lineAt(offset: number): { readonly start: number; readonly line: string } {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1;
    const end = this.text.indexOf('\n', start);
    return { start, line: this.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '') };
  }
}
