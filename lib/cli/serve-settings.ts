import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { connectionFields, connectionProblems, type ConnectionSettings } from '../model/connection.ts';
import { explainIssue } from '../model/issue.ts';
import { pluginFields, type PluginSettings } from '../model/plugin-settings.ts';
import { formatProblem } from '../model/problem.ts';
import { parseShard } from '../serve/shard.ts';
import { InputError } from './input-error.ts';

const shardFields = {
  shard: z
    .string()
    .refine((text) => parseShard(text) !== undefined, { error: '1/3, or the name of a pod such as assay-0/3' })
    .describe('Share of the contexts that is served here; `--shard` and ASSAY_SHARD count before it.')
    .exactOptional(),
};
const settingsFile = z.strictObject({ ...connectionFields, ...pluginFields, ...shardFields });

/** What stands in it. */
export interface ServeSettings extends ConnectionSettings {
  readonly plugins?: PluginSettings;
  /** As `--shard`. */
  readonly shard?: string;
}

/** The file of `--settings`, YAML or JSON. @throws InputError with every problem and where it stands */
export async function readServeSettings(path: string): Promise<ServeSettings> {
  const { data, error } = settingsFile.safeParse((await readYaml(path)) ?? {}, { reportInput: true });
  if (!data) {
    const problems = error.issues.flatMap((issue) => explainIssue(issue, settingsFile));
    throw new InputError(`${path}: ${problems.map(formatProblem).join('; ')}`);
  }
  const problems = connectionProblems(data.connections ?? [], { files: true });
  if (problems.length > 0) throw new InputError(`${path}: ${problems.join('; ')}`);
  return data;
}

async function readYaml(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new InputError(`${path}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
  }
}
