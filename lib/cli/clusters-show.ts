import { parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import { openStage, readDocument, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

/** `assay clusters show`: the document as it stands, which is JSON in every form; and what is wrong with it. */
export async function showCluster(name: string, options: StageOptions, console: Console): Promise<ExitCode> {
  const text = await readDocument(name, openStage(options));
  try {
    parseClusterSettings(name, text);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    console.out.write(`${text}\n`);
    console.err.write(`${error.message}\n`);
    return EXIT.failed;
  }
  console.out.write(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
  return EXIT.ok;
}
