import { dirname } from 'node:path';
import { Command } from 'commander';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { openLocalHttp } from '../http/local-http.ts';
import type { Console } from './console.ts';
import { type ExampleName, EXAMPLES } from './examples.ts';
import { playRollouts } from './demo-rollouts.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { planRuns } from './plan-runs.ts';
import { playRuns } from './play-runs.ts';
import { readRunInput } from './run-input.ts';
import { startSampleService } from './sample-service.ts';
import { textTable } from './text-table.ts';

/** What is played, and how it must end. */
const SCENES: readonly Scene[] = [
  { example: 'success-rate', args: { service: 'checkout' }, ends: 'Successful' },
  { example: 'error-budget', args: { service: 'payments' }, ends: 'Failed' },
  { example: 'health-page', args: {}, ends: 'Inconclusive' },
  { example: 'smoke-test', args: {}, ends: 'Successful' },
];

interface Scene {
  readonly example: ExampleName;
  readonly args: Readonly<Record<string, string>>;
  readonly ends: string;
}

const ROLLOUTS = `Two canaries in a cluster in memory. An analysis of their error rates lets one pass, and aborts the other.
`;

const INTRODUCTION = `Four analyses of a sample service on this machine: a success rate and an error rate that Prometheus's API gives,
a health page, and a Job that runs as a process. Their templates are in examples/.
`;

const HELP = `
It needs nothing but Node, and takes about half a minute.

Exit codes:
  0  all ended as they should: a canary promoted, one aborted; an analysis Successful, one Failed, one Inconclusive, one
     Successful with its Job
  1  they did not`;

const WHAT_NEXT = `Try next:
  npx assay lint examples/
  npx assay eval 'len(result) > 0 && result[0] >= 0.95' --result '[0.97]'
  npx assay run examples/health-page.yaml --arg url=https://shop.example.com
  npx assay run examples/success-rate.yaml --arg service=shop --kubeconfig ~/.kube/config
`;

/** `assay demo`: the main job on what is built in. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('demo')
    .description('Play two canaries and four analyses against a sample service on this machine.')
    .addHelpText('after', HELP)
    .action(async () => exitWith(await demo(console)));
}

const now = (): Date => new Date();

async function demo(console: Console): Promise<ExitCode> {
  const { out } = console;
  const service = await startSampleService();
  try {
    out.write(`${ROLLOUTS}\n`);
    const areRolledOut = await playRollouts(service.url, out);
    out.write(`\n${INTRODUCTION}\n`);
    const objects = SCENES.map((scene) => runOf(scene, service.url));
    const jobEnv = { PATH: `${dirname(process.execPath)}:${console.env['PATH'] ?? ''}` };
    const { runs } = await playRuns({ runs: objects }, { now, http: openLocalHttp(), jobEnv }, console, out);
    out.write(['', '$ kubectl get ar', ...verdictTable(runs), '', WHAT_NEXT].join('\n'));
    const isAsItShould = runs.every(({ status }, index) => status?.phase === SCENES[index]?.ends);
    return isAsItShould && areRolledOut ? EXIT.ok : EXIT.failed;
  } finally {
    await service.close();
  }
}

/** Of its arguments, those that say where to ask are the same for all. */
function runOf({ example, args }: Scene, url: string): AnalysisRun {
  const input = readRunInput([{ name: `examples/${example}.yaml`, text: EXAMPLES[example] }]);
  const declared = new Set(input.templates.flatMap(({ spec }) => spec.args ?? []).map(({ name }) => name));
  const given = Object.entries({ url, prometheus: url, ...args }).filter(([name]) => declared.has(name));
  const options = { namespace: 'demo', isNamespaceForced: true, hasCluster: false, hasJobs: true };
  const [run] = planRuns(input, { ...options, args: new Map(given) }).runs;
  if (!run) throw new RangeError(`no run in example ${example}`);
  return run;
}

/** As `kubectl get analysisruns` prints them. */
function verdictTable(runs: readonly AnalysisRun[]): string[] {
  const rows = runs.map(({ metadata: { name = '', creationTimestamp = '' }, status }) => {
    const ageSeconds = Math.round((now().getTime() - Date.parse(creationTimestamp)) / 1000);
    return [name, status?.phase ?? '', `${ageSeconds}s`];
  });
  return textTable([['NAME', 'STATUS', 'AGE'], ...rows]);
}
