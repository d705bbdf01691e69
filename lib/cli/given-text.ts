import { readFileSync } from 'node:fs';
import type { Console } from './console.ts';
import { InputError } from './input-error.ts';

/** What is in a file, or comes in on standard input where that is `-`: on a command line everybody could read it. @throws InputError */
export async function readSecretText(file: string, console: Pick<Console, 'readInput'>): Promise<string> {
  const text = (file === '-' ? await console.readInput() : readTextFile(file)).trim();
  if (text === '') throw new InputError(`${file === '-' ? 'standard input' : file} is empty`);
  return text;
}

/** @throws InputError where it cannot be read */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
