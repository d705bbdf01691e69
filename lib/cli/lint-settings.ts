import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SourceText } from '../lint/finding.ts';
import { isRuleName, RULES } from '../lint/rules/registry.ts';
import type { LintSettings } from '../lint/settings.ts';
import { didYouMean } from '../model/suggest.ts';
import { InputError } from './input-error.ts';

const NAME = '.assay.yaml';

const rules = z.array(z.string()).optional();
const settingsFile = z.strictObject({
  lint: z
    .strictObject({
      disable: rules,
      enable: rules,
      strict: z.boolean().optional(),
      all: z.boolean().optional(),
      plugins: rules,
    })
    .optional(),
});

/**
 * The settings for each file: those of the command line, and those of the nearest `.assay.yaml` in the file's folder or
 * above. Where the command line says something of a rule, that counts.
 *
 * @throws InputError for a settings file that says something else
 */
export async function settingsReader(
  sources: readonly SourceText[],
  given: LintSettings,
): Promise<(source: SourceText) => LintSettings> {
  const byFolder = new Map<string, Promise<LintSettings>>();
  const bySource = new Map<SourceText, LintSettings>();
  for (const source of sources) {
    // Standard input is looked at as a file of this folder.
    const found = await nearest(dirname(resolve(source.path)), byFolder);
    bySource.set(source, merge(found, given));
  }
  return (source) => bySource.get(source) ?? given;
}

function nearest(folder: string, byFolder: Map<string, Promise<LintSettings>>): Promise<LintSettings> {
  const known = byFolder.get(folder);
  if (known) return known;
  const found = readFrom(folder, byFolder);
  byFolder.set(folder, found);
  return found;
}

async function readFrom(folder: string, byFolder: Map<string, Promise<LintSettings>>): Promise<LintSettings> {
  const path = join(folder, NAME);
  const text = await readText(path);
  if (text !== undefined) return readSettings(path, text);
  const above = dirname(folder);
  return above === folder ? {} : nearest(above, byFolder);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw new InputError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readSettings(path: string, text: string): LintSettings {
  const parsed = settingsFile.safeParse(parseYaml(path, text) ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(
      `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      'It may say lint: {disable: [rule], enable: [rule], strict: true, all: true, plugins: [name]}.',
    );
  }
  const { disable = [], enable = [], strict, all, plugins } = parsed.data.lint ?? {};
  for (const name of [...disable, ...enable]) {
    if (!isRuleName(name))
      throw new InputError(`${path}: there is no rule "${name}"${didYouMean(name, Object.keys(RULES))}`);
  }
  return {
    disable,
    enable,
    ...(strict !== undefined && { strict }),
    ...(all !== undefined && { all }),
    ...(plugins && { plugins }),
  };
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InputError(`${path}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
  }
}

function merge(found: LintSettings, given: LintSettings): LintSettings {
  const [enable, disable] = [given.enable ?? [], given.disable ?? []];
  return {
    disable: [...disable, ...(found.disable ?? []).filter((rule) => !enable.includes(rule))],
    enable: [...enable, ...(found.enable ?? []).filter((rule) => !disable.includes(rule))],
    strict: given.strict ?? found.strict ?? false,
    all: given.all ?? found.all ?? false,
    plugins: given.plugins ?? found.plugins,
  };
}
