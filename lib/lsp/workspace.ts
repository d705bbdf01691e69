import { fileURLToPath, pathToFileURL } from 'node:url';
import { EditedText } from './edited-text.ts';
import type { EditedResource } from './resource.ts';

/** A template in some text of the workspace. */
export interface KnownTemplate {
  readonly text: EditedText;
  readonly resource: EditedResource;
}

/** How a resource names a template. */
export interface TemplateRef {
  readonly name: string;
  readonly isCluster: boolean;
  /** Of whoever refers to it; empty where that is not known. */
  readonly namespace: string;
}

/** The texts that an editor works on: those that are open, as they are there, and the other files of its folders. */
export class Workspace {
  readonly #open = new Map<string, EditedText>();
  readonly #files = new Map<string, EditedText>();

  /** What is open in the editor; undefined once it is closed. */
  openText(uri: string): EditedText | undefined {
    return this.#open.get(keyOf(uri));
  }

  get openTexts(): readonly EditedText[] {
    return [...this.#open.values()];
  }

  /** Every text once. */
  get texts(): readonly EditedText[] {
    const files = [...this.#files].flatMap(([key, file]) => (this.#open.has(key) ? [] : [file]));
    return [...this.#open.values(), ...files];
  }

  setOpen(text: EditedText): void {
    this.#open.set(keyOf(text.uri), text);
  }

  /** The file counts again, as it was last read. */
  close(uri: string): void {
    this.#open.delete(keyOf(uri));
  }

  /** A file as it is on disk; one that names no resource of Argo Rollouts is not kept. */
  setFile(uri: string, text: string): void {
    if (text.includes('argoproj.io')) this.#files.set(keyOf(uri), new EditedText(uri, text));
    else this.#files.delete(keyOf(uri));
  }

  forgetFile(uri: string): void {
    this.#files.delete(keyOf(uri));
  }

  /** Every file below a folder that the editor has left. */
  forgetFolder(uri: string): void {
    const folder = `${keyOf(uri).replace(/\/$/, '')}/`;
    for (const key of this.#files.keys()) if (key.startsWith(folder)) this.#files.delete(key);
  }

  /** Every template that may be referred to. */
  get templates(): KnownTemplate[] {
    return this.templatesNaming('');
  }

  /** The same of the texts that have a word in them: the others need not be parsed. */
  templatesNaming(word: string): KnownTemplate[] {
    return this.texts
      .filter(({ text }) => text.includes(word))
      .flatMap((text) =>
        text.resources.filter(({ kind }) => TEMPLATES.has(kind)).map((resource) => ({ text, resource })),
      );
  }

  /**
   * The templates that a name may mean: those of the namespace, or, where a text names none, of any: manifests mostly
   * get their namespace when they are applied.
   */
  find({ name, isCluster, namespace }: TemplateRef): KnownTemplate[] {
    const kind = isCluster ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    return this.templatesNaming(name).filter(
      ({ resource }) =>
        resource.kind === kind &&
        resource.name === name &&
        (isCluster || namespace === '' || resource.namespace === '' || resource.namespace === namespace),
    );
  }
}

const TEMPLATES: ReadonlySet<string> = new Set(['AnalysisTemplate', 'ClusterAnalysisTemplate']);

/** Editors write the same file in several ways: `file:///c%3A/…`, `file:///C:/…`. */
function keyOf(uri: string): string {
  try {
    return pathToFileURL(fileURLToPath(uri)).href;
  } catch {
    return uri;
  }
}
