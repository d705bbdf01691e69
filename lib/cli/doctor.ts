import { Command, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { type CheckedContexts, checkContexts } from '../doctor/check-contexts.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import type { CheckResult } from '../doctor/check-result.ts';
import { openLocalHttp } from '../http/local-http.ts';
import { hasFailed, reportJson, reportText } from './clusters-report.ts';
import type { Console } from './console.ts';
import { nextSteps } from './doctor-advice.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { NEEDED_MAJOR } from './node-version.ts';

interface DoctorOptions {
  readonly kubeconfig?: string;
  readonly context: readonly string[];
  readonly namespace?: string;
  readonly output: 'text' | 'json';
}

const HELP = `
Looks at this machine and at every context of the kubeconfig, each by itself and several at once: whether the API server
answers and who it takes you for, its version and its clock, the CRDs, the rights that Assay needs, the webhook. Nothing is
written anywhere. At the end it says what to do next.

Exit codes:
  0  nothing fails (what is only to think about does not count)
  1  something is to be mended

Examples:
  assay doctor
  assay doctor --context staging -n shop
  assay doctor -o json | jq .next`;

/** `assay doctor`: says what is there, what is missing, and what to do next. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description('Say what is there: Node, contexts, CRDs, rights, versions, and what to do next.')
    .option('--kubeconfig <file>', 'default: as kubectl finds it')
    .addOption(
      new Option('--context <name>', 'context to look at; may be repeated')
        .argParser((name: string, before: readonly string[]) => [...before, name])
        .default([], 'all'),
    )
    .option('-n, --namespace <name>', 'ask for rights in one namespace only')
    .addOption(new Option('-o, --output <format>', 'what to print').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => exitWith(await doctor(options, console)));
}

async function doctor(options: DoctorOptions, { out }: Console): Promise<ExitCode> {
  const { kubeconfig, context, namespace, output } = options;
  const http = openLocalHttp();
  const machine = checkMachine({
    node: process.versions.node,
    neededMajor: NEEDED_MAJOR,
    version: packageJson.version,
  });
  const checked = await checkContexts({
    source: kubeconfig === undefined ? { default: true } : { file: kubeconfig },
    contexts: context,
    namespace,
    http,
    now: () => new Date(),
  });
  http.close();
  const here = [...machine, checked.kubeconfig];
  const next = nextSteps(here, checked.contexts);
  out.write(output === 'json' ? json(here, checked, next) : text(here, checked, next, out.paint));
  return isHealthy(here, checked) ? EXIT.ok : EXIT.failed;
}

function isHealthy(here: readonly CheckResult[], { contexts }: CheckedContexts): boolean {
  return !hasFailed(here) && !contexts.some(({ results }) => hasFailed(results));
}

function json(here: readonly CheckResult[], checked: CheckedContexts, next: readonly string[]): string {
  const clusters = checked.contexts.map(({ name, results }) => reportJson(name, results));
  return `${JSON.stringify({ ok: isHealthy(here, checked), results: here, clusters, next }, undefined, 2)}\n`;
}

function text(
  here: readonly CheckResult[],
  { contexts }: CheckedContexts,
  next: readonly string[],
  paint: Console['out']['paint'],
): string {
  const parts = [
    reportText('this machine', here, paint),
    ...contexts.map(({ name, results }) => `${paint('bold', name)}\n${reportText(name, results, paint)}`),
    ['Next:', ...next.map((step) => `  ${step}`), ''].join('\n'),
  ];
  return parts.join('\n');
}
