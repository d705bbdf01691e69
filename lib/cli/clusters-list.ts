import { type ClusterSettings, methodOf, parseClusterSettings } from '../model/cluster-settings.ts';
import { AssayError } from '../model/errors.ts';
import { openStage, type StageOptions } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { textTable } from './text-table.ts';

interface Row {
  readonly name: string;
  readonly state: 'served' | 'disabled' | 'broken';
  readonly settings?: ClusterSettings;
  readonly problem?: string;
}

/** `assay clusters list`: one line a cluster, the broken ones with what is wrong. */
export async function listClusters(options: StageOptions, console: Console): Promise<ExitCode> {
  const { documents, name: stage } = openStage(options);
  const rows = [...(await documents.readAll())].map(([name, text]) => rowOf(name, text));
  if (options.output === 'json') {
    console.out.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    return EXIT.ok;
  }
  if (rows.length === 0) {
    console.out.write(`No cluster is registered for stage ${stage}. \`assay clusters add --help\` tells how.\n`);
    return EXIT.ok;
  }
  const cells = rows.map((row) => [row.name, row.state, ...columnsOf(row)]);
  const lines = textTable([['NAME', 'STATE', 'ENDPOINT', 'AUTHENTICATION', 'ADDRESSES', 'NAMESPACE'], ...cells]);
  console.out.write(`${lines.join('\n')}\n`);
  for (const { problem } of rows) if (problem !== undefined) console.err.write(`${problem}\n`);
  return EXIT.ok;
}

function rowOf(name: string, text: string): Row {
  try {
    const settings = parseClusterSettings(name, text);
    return { name, state: settings.disabled ? 'disabled' : 'served', settings };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { name, state: 'broken', problem: error.message };
  }
}

function columnsOf({ settings }: Row): string[] {
  if (!settings) return [];
  const { endpoint, authentication, addressMode, namespace } = settings;
  return [endpoint ?? 'of the kubeconfig', methodOf(authentication), addressMode, namespace ?? 'all'];
}
