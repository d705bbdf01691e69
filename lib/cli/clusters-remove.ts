import { secretNamesOf } from '../model/cluster-settings.ts';
import { openStage, readDocument, type Stage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

export interface RemoveOptions extends StageOptions {
  readonly withSecrets?: boolean;
}

/** `assay clusters remove`: the document, and with `--with-secrets` what `add` has put into Secrets Manager. */
export async function removeCluster(name: string, options: RemoveOptions, console: Console): Promise<ExitCode> {
  const stage = openStage(options);
  const secrets = secretNamesOf(await readDocument(name, stage));
  await stage.documents.remove(name);
  const outcomes = await Promise.all(
    secrets.map(async (secret) => ({ secret, outcome: await removeSecret(secret, name, options, stage) })),
  );
  if (options.output === 'json') {
    console.out.write(
      `${JSON.stringify({ removed: stage.documents.placeOf(name), secrets: outcomes }, undefined, 2)}\n`,
    );
    return EXIT.ok;
  }
  console.out.write(`removed ${stage.documents.placeOf(name)}; functions let go of it within a minute\n`);
  for (const { secret, outcome } of outcomes) console.out.write(`secret ${secret}: ${WORDS[outcome]}\n`);
  return EXIT.ok;
}

type SecretOutcome = 'removed' | 'absent' | 'not ours' | 'kept';

const WORDS: Readonly<Record<SecretOutcome, string>> = {
  removed: 'removed (AWS keeps it for 7 days, in case it is needed after all)',
  absent: 'is gone already',
  'not ours': 'kept, since `add` did not make it for this cluster',
  kept: 'kept (`--with-secrets` removes it)',
};

async function removeSecret(
  secret: string,
  cluster: string,
  { withSecrets }: RemoveOptions,
  { secrets }: Stage,
): Promise<SecretOutcome> {
  return withSecrets === true ? secrets.remove(secret, cluster) : 'kept';
}
