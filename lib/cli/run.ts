import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { AnalysisRun } from '../model/analysis-run.ts';
import { isRawNumber } from '../model/exact-json.ts';
import { durationMs } from '../model/duration.ts';
import type { PluginSettings } from '../model/plugin-settings.ts';
import { parseReaddressing, type Readdressing } from '../model/readdress.ts';
import { machineCredentials } from '../connections/machine-credentials.ts';
import type { LocalOptions } from '../local/run-locally.ts';
import { openLocalHttp } from '../http/local-http.ts';
import { openRemoteCluster } from '../local/remote-cluster.ts';
import { formatProblem } from '../model/problem.ts';
import { checkObject } from '../webhook/warnings.ts';
import { adjustRun, lacksMeasurement } from './adjust-run.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Console } from './console.ts';
import { InputError } from './input-error.ts';
import { junitReport } from './junit.ts';
import { loadPlugins, pluginOption } from './plugin-option.ts';
import { planRuns } from './plan-runs.ts';
import { playRuns } from './play-runs.ts';
import { readRunInput } from './run-input.ts';
import { readSourceFiles } from './source-files.ts';
import { IN_SIGHT, readSecrets, secretOption, type SecretText } from './secret-option.ts';
import { metricEnvironment } from './metric-environment.ts';

interface RunOptions {
  readonly arg: ReadonlyMap<string, string>;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly localJobs?: boolean;
  readonly for?: number;
  readonly count?: number;
  readonly prometheusAddress?: string;
  readonly address: readonly Readdressing[];
  readonly plugin: PluginSettings;
  readonly secret: readonly SecretText[];
  readonly unchecked?: boolean;
  readonly output: 'table' | 'json' | 'yaml' | 'junit';
}

const HELP = `
Templates become one AnalysisRun with all their metrics, as a Rollout makes it; AnalysisRuns are run as they are.
Nothing is written to any cluster but the Jobs of job metrics, if --kubeconfig says where; these are removed ten
minutes after they end.

Requests go wherever this machine can reach, loopback and private networks included, but not to link-local
addresses and the metadata services of clouds. With a cluster, <service>.<namespace>.svc is reached through it.

What templates take from Secrets comes from --secret, from Secrets among the files, from the cluster, or from --arg, and is not
shown. The Secrets that metrics look for on their own (datadog, newrelic, influxdb, wavefront-api-tokens) are found in the same
ways, in files with namespace: argo-rollouts; for Datadog DD_API_KEY, DD_APP_KEY and DD_ADDRESS do as well, for New Relic
NEW_RELIC_NERDGRAPH_BASE_URL, and AWS is asked as AWS tools are (AWS_PROFILE, AWS_REGION …). Where --secret has neither @ nor
env: in front, what follows is the value itself: others can see it, which is said. name/key means the same as name.key.

What lint calls an error is refused before anything is asked.

A metric with an interval and without a count goes on until it is stopped, as a Rollout stops it: --for does that after
a time, --count gives such metrics a count. Where a metric was never measured by then, the exit code is 2.
Ctrl-C ends the analysis as "terminate: true" does; a second one ends this command at once.

With port-forwards: --prometheus-address is where all Prometheus metrics ask, whatever they name; --address
prometheus.monitoring:9090=127.0.0.1:9090 sends what would go to the first to the second.

Exit codes:
  0    every run was Successful
  1    a run Failed
  2    a run ended with Error or Inconclusive, or by --for before it was measured
  64   the command line or the files cannot be worked with
  69   the cluster cannot be reached, or refuses
  130  ended by Ctrl-C before it came to anything worse

Examples:
  assay run template.yaml --arg service=shop
  assay run templates/ --arg service=shop -o junit > analysis.xml
  assay run smoke-test.yaml --local-jobs
  assay run datadog.yaml --secret datadog.api-key=@api-key.txt --secret datadog.app-key=env:APP_KEY
  assay run background.yaml --for 5m --prometheus-address http://127.0.0.1:9090
  assay run template.yaml --kubeconfig ~/.kube/config -n shop
  helm template ./chart | assay run - --arg service=shop`;

/** `assay run`: takes analyses from files and runs them to their end, here. */
export function command(console: Console, exitWith: (code: ExitCode) => void): Command {
  return new Command('run')
    .description('Run analysis templates, or AnalysisRuns, from files to their end on this machine.')
    .argument('<file...>', 'YAML or JSON files, folders of them, or - for standard input')
    .addOption(
      new Option('--arg <name=value>', 'value of an argument; may be repeated')
        .argParser(readArg)
        .default(new Map<string, string>(), 'none'),
    )
    .addOption(secretOption())
    .option('--kubeconfig <file>', 'cluster for Secrets, in-cluster addresses and Jobs')
    .option('--context <name>', 'context in the kubeconfig (default: the current one)')
    .option('-n, --namespace <name>', "namespace of the run (default: the file's, the context's, or default)")
    .option('--local-jobs', 'run the commands of Jobs as processes of this machine')
    .addOption(new Option('--for <duration>', 'stop what is not over by then, such as 5m').argParser(readDuration))
    .addOption(
      new Option('--count <number>', 'measurements of metrics that have an interval and no count').argParser(readCount),
    )
    .option('--prometheus-address <url>', 'where all Prometheus metrics ask, whatever they name')
    .addOption(
      new Option('--address <old=new>', 'send requests for a host or URL to another; may be repeated')
        .argParser(readAddress)
        .default([], 'none'),
    )
    .addOption(pluginOption())
    .option('--unchecked', 'run what lint calls an error all the same')
    .addOption(
      new Option('-o, --output <format>', 'what to print; all but table leaves progress to standard error')
        .choices(['table', 'json', 'yaml', 'junit'])
        .default('table'),
    )
    .addHelpText('after', HELP)
    .action(async (paths: string[], options: RunOptions) => exitWith(await runFiles(paths, options, console)));
}

function readArg(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InputError(`--arg: expected name=value, got "${text}"`);
  const name = text.slice(0, at);
  if (before.has(name)) throw new InputError(`--arg: "${name}" is given twice`, 'An argument has one value.');
  return new Map(before).set(name, text.slice(at + 1));
}

function readAddress(text: string, before: readonly Readdressing[]): readonly Readdressing[] {
  const pair = parseReaddressing(text);
  if (!pair) throw new InputError(`--address: expected old=new, each a host[:port] or URL, got "${text}"`);
  return [...before, pair];
}

/** Milliseconds. */
function readDuration(text: string): number {
  const ms = /^[0-9]/.test(text) && isDuration(text) ? durationMs(text) : 0;
  if (ms > 0) return ms;
  throw new InputError(`--for: expected a duration such as 90s or 1h30m, got "${text}"`);
}

function isDuration(text: string): boolean {
  try {
    return Number.isFinite(durationMs(text));
  } catch {
    return false;
  }
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InputError(`--count: expected a whole number from 1, got "${text}"`);
}

async function runFiles(paths: readonly string[], options: RunOptions, console: Console): Promise<ExitCode> {
  const input = readRunInput(await readSourceFiles(paths, console), {
    isUnchecked: options.unchecked,
    args: options.arg,
  });
  const plugins = await loadPlugins(options.plugin);
  const [now, http] = [() => new Date(), openLocalHttp()];
  const hasCluster = options.kubeconfig !== undefined || options.context !== undefined;
  const remote = hasCluster ? await openRemoteCluster({ ...options, http, now }) : undefined;
  try {
    const planned = planRuns(input, {
      args: options.arg,
      secrets: await readSecrets(options.secret, console),
      namespace: options.namespace ?? remote?.namespace ?? 'default',
      isNamespaceForced: options.namespace !== undefined,
      hasCluster,
      hasJobs: hasCluster || options.localJobs === true,
    });
    const objects = { ...planned, runs: planned.runs.map((run) => adjustRun(run, options)) };
    for (const each of objects.runs) {
      tellProblems(each, options, console);
      tellSecretArgs(each, options, console);
    }
    const local: LocalOptions = {
      now,
      http,
      addresses: options.address,
      longestMs: options.for,
      jobs: hasCluster && !options.localJobs ? 'remote' : 'memory',
      jobEnv: jobEnvironment(console.env),
      settings: { ...metricEnvironment(console.env), ...plugins, awsCredentials: machineCredentials('any') },
      ...(remote && { remote: remote.cluster }),
    };
    const progress = options.output === 'table' ? console.out : console.err;
    const { runs, isInterrupted } = await playRuns(objects, local, console, progress);
    if (options.output !== 'table') console.out.write(render(runs, options.output, isInterrupted));
    const verdict = verdictOf(runs, isInterrupted);
    const isShort = options.for !== undefined && runs.some(lacksMeasurement);
    return verdict === EXIT.ok && isShort ? EXIT.undecided : verdict;
  } finally {
    await remote?.cluster.close();
  }
}

/** What arguments and options have made of a run. @throws InputError for what `assay lint` calls an error */
function tellProblems(run: AnalysisRun, { unchecked }: RunOptions, { err }: Console): void {
  for (const problem of checkObject(run)) {
    const text = `${run.metadata.name}: ${formatProblem(problem)}`;
    if (problem.severity === 'error' && !unchecked) throw new InputError(text, '--unchecked runs it all the same.');
    err.write(`${err.paint('yellow', `${problem.severity}:`)} ${text}\n`);
  }
}

/** What came from a Secret in the cluster, and stands on the command line here. */
function tellSecretArgs({ spec }: AnalysisRun, { arg }: RunOptions, { err }: Console): void {
  for (const { name, valueFrom } of spec.args ?? []) {
    const ref = valueFrom?.secretKeyRef;
    if (!ref || !arg.has(name)) continue;
    const instead = `give --secret ${ref.name}.${ref.key}=@FILE`;
    err.write(`${err.paint('yellow', 'warning:')} --arg ${name}: ${IN_SIGHT}: ${instead}\n`);
  }
}

/** A container inherits nothing; a process needs to find its commands. */
function jobEnvironment(env: Console['env']): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function render(runs: readonly AnalysisRun[], format: 'json' | 'yaml' | 'junit', isInterrupted: boolean): string {
  if (format === 'junit') return junitReport(runs, isInterrupted);
  const whole = runs.length === 1 ? runs[0] : { apiVersion: 'v1', kind: 'List', items: runs };
  if (format === 'json') return `${JSON.stringify(whole, null, 2)}\n`;
  return stringify(whole, asBigInt, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** YAML writes the digits of these, too. */
function asBigInt(_key: unknown, value: unknown): unknown {
  return isRawNumber(value) ? BigInt(value.rawJSON) : value;
}

function verdictOf(runs: readonly AnalysisRun[], isInterrupted: boolean): ExitCode {
  const phases = runs.map(({ status }) => status?.phase);
  if (phases.includes('Failed')) return EXIT.failed;
  if (phases.some((phase) => phase !== 'Successful')) return EXIT.undecided;
  return isInterrupted ? EXIT.interrupted : EXIT.ok;
}
