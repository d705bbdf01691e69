/** A file of an image. The folders that it is in come by themselves. */
export interface ImageFile {
  /** From the top, without a slash before it. */
  readonly path: string;
  /** Of a link. */
  readonly link?: string;
  /** Default: nothing. */
  readonly content?: Buffer;
  /** Whether it can be run. */
  readonly isProgram?: boolean;
}

/** A file with a text in it. */
export function textFile(path: string, text: string): ImageFile {
  return { path, content: Buffer.from(text) };
}
