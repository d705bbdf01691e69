import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Console } from './console.ts';
import type { GivenSecret } from './given-secrets.ts';
import { InputError } from './input-error.ts';

/** One key of a Secret as the command line has it: `=@file`, `=env:VARIABLE`, or the value itself. */
export interface SecretText {
  readonly name: string;
  readonly key: string;
  readonly text: string;
}

/** `--secret datadog.api-key=@key.txt`, as often as there are keys; in the options: `SecretText[]`. */
export function secretOption(): Option {
  return new Option(
    '--secret <name.key=@file>',
    'key of a Secret, from a file or, with =env:VARIABLE, from the environment; may be repeated',
  )
    .argParser(collect)
    .default([], 'none');
}

function collect(given: string, before: readonly SecretText[]): readonly SecretText[] {
  const at = given.indexOf('=');
  const place = given.slice(0, at);
  // Names of Secrets may have dots, and so may keys: a slash says where the one ends.
  const cut = place.includes('/') ? place.indexOf('/') : place.indexOf('.');
  const [name, key] = [place.slice(0, cut), place.slice(cut + 1)];
  if (at < 1 || cut < 1 || key === '') {
    // What stands behind `=` may be secret.
    const shown = at === -1 ? 'no =' : `"${place}="`;
    throw new InputError(`--secret: expected name.key=@file or name.key=env:VARIABLE, got ${shown}`);
  }
  if (before.some((each) => each.name === name && each.key === key)) {
    throw new InputError(`--secret: "${place}" is given twice`);
  }
  return [...before, { name, key, text: given.slice(at + 1) }];
}

/**
 * The values that are meant, without the line end that editors and `echo` leave. Of a value that stands on the command line
 * itself it is said that others can see it.
 *
 * @throws InputError for a file that cannot be read, and a variable that is not set
 */
export async function readSecrets(given: readonly SecretText[], { env, err }: Console): Promise<GivenSecret[]> {
  return Promise.all(
    given.map(async ({ name, key, text }) => {
      const what = `--secret ${name}.${key}`;
      if (text.startsWith('@')) return { name, key, value: await fileText(text.slice(1), what) };
      if (text.startsWith('env:')) return { name, key, value: variableText(text.slice(4), env, what) };
      err.write(`${err.paint('yellow', 'warning:')} ${what}: ${IN_SIGHT}: give =@FILE or =env:VARIABLE\n`);
      return { name, key, value: text };
    }),
  );
}

/** What is to be said of a secret on the command line. */
export const IN_SIGHT = 'the value is in plain sight, in the list of processes and the history of the shell';

async function fileText(path: string, what: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new InputError(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function variableText(name: string, env: Console['env'], what: string): string {
  const value = env[name];
  if (value === undefined) throw new InputError(`${what}: the environment has no variable "${name}"`);
  return value;
}
