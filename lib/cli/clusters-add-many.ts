import { isDeepStrictEqual } from 'node:util';
import { lookAtEach } from '../doctor/look-at-each.ts';
import { AssayError } from '../model/errors.ts';
import { isObject } from '../model/is-object.ts';
import { type AddOptions, type Plan, planOf, writePlan } from './clusters-add.ts';
import { checkMany } from './clusters-check.ts';
import { documentFrom, findEks } from './clusters-eks.ts';
import type { CheckedCluster } from './clusters-junit.ts';
import { openKubeconfig } from './clusters-kubeconfig.ts';
import { chooseNames, nameFor } from './clusters-names.ts';
import { showProgress } from './clusters-progress.ts';
import { hasFailed, reportJson, reportManyText } from './clusters-report.ts';
import { openStage, type Stage } from './clusters-stage.ts';
import type { Console } from './console.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { InputError } from './input-error.ts';
import { lookFailure } from './look-failure.ts';
import { textTable } from './text-table.ts';

/** A cluster that was found, and is to be registered. */
interface Candidate {
  /** What a context or EKS calls it. */
  readonly from: string;
  readonly region?: string;
  plan(name: string, before: string | undefined): Promise<Plan>;
}

type Outcome = 'added' | 'updated' | 'unchanged' | 'there already' | 'failed' | 'would be added' | 'would be updated';

interface Row {
  /** What Assay calls the cluster; empty where there is no such name. */
  readonly name: string;
  readonly from: string;
  readonly outcome: Outcome;
  readonly problem?: string;
}

/** AWS takes few writes of parameters a second. */
const WRITES_AT_ONCE = 4;

/**
 * `assay clusters add` without a name: registers every context of a kubeconfig that is wanted, or every cluster of EKS that
 * has the tags. Those that are registered already are left, or brought up to date; one that is bad stops no other.
 */
export async function addClusters(options: AddOptions, console: Console): Promise<ExitCode> {
  refuseOptionsOfOne(options);
  const stage = openStage(options);
  const candidates = await findCandidates(options, stage);
  const { chosen, rows: unnamed } = giveNames(candidates, options.names ?? '{name}');
  const before = await stage.documents.readAll();

  const progress = showProgress(console.err, 'looked at', chosen.size);
  const registered = await lookAtEach<Row>([...chosen.keys()], {
    look: (name, over) => register(name, chosen.get(name), before.get(name), { options, stage, over }),
    failed: (name, error) => ({
      name,
      from: chosen.get(name)?.from ?? '',
      outcome: 'failed',
      problem: lookFailure(error),
    }),
    places: WRITES_AT_ONCE,
    onDone: (_name, { outcome }) => progress.done(outcome !== 'failed'),
  });
  progress.close();
  const rows = [...registered.map(({ found }) => found), ...unnamed];
  const checked = await checkWritten(rows, options, stage, console);
  console.out.write(options.output === 'json' ? jsonOf(rows, checked) : textOf(rows, checked, console));
  return isWell(rows, checked) ? EXIT.ok : EXIT.failed;
}

function refuseOptionsOfOne(options: AddOptions): void {
  const { fromKubeconfig, eksTag, eks, fromDocument, replace } = options;
  if (eks !== undefined || fromDocument !== undefined || (fromKubeconfig !== undefined) === eksTag.length > 0) {
    throw new InputError('give a name, or many clusters by --from-kubeconfig FILE or --eks-tag KEY=VALUE');
  }
  if (replace === true) throw new InputError('--replace is for one cluster: give its name, or --update for many');
}

async function findCandidates(options: AddOptions, stage: Stage): Promise<readonly Candidate[]> {
  const { fromKubeconfig, context, eksTag, region: regions, roleArn, externalId } = options;
  if (fromKubeconfig !== undefined) {
    const kubeconfig = openKubeconfig(fromKubeconfig);
    if (kubeconfig.contexts.length === 0) throw new InputError(`kubeconfig ${fromKubeconfig} has no contexts`);
    const wanted = { names: context, all: context.length === 0 };
    return chooseNames(kubeconfig.contexts, wanted, 'context').map((from) => ({
      from,
      async plan(name, before) {
        const secretName = stage.secretNameOf(name);
        const { document, secret } = await kubeconfig.read(from, secretName);
        return planOf(name, before, document, { ...secret, name: secretName });
      },
    }));
  }
  const found = await findEks({ regions, tags: eksTag });
  return found.map(({ region, cluster }) => ({
    from: cluster.name ?? '',
    region,
    async plan(name, before) {
      const role = roleArn?.replaceAll('{name}', cluster.name ?? '').replaceAll('{region}', region);
      const way = { ...(role !== undefined && { roleArn: role }), ...(externalId !== undefined && { externalId }) };
      return planOf(name, before, documentFrom(cluster, { region, ...way }));
    },
  }));
}

/** Two that would have one name get none: which of them it is must not depend on who comes first. */
function giveNames(
  candidates: readonly Candidate[],
  pattern: string,
): { readonly chosen: ReadonlyMap<string, Candidate>; readonly rows: readonly Row[] } {
  const rows: Row[] = [];
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    try {
      const name = nameFor(candidate.from, pattern, candidate.region);
      byName.set(name, [...(byName.get(name) ?? []), candidate]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      rows.push({ name: '', from: candidate.from, outcome: 'failed', problem: error.message });
    }
  }
  const chosen = new Map<string, Candidate>();
  for (const [name, [first, ...others]] of byName) {
    if (!first) continue;
    if (others.length === 0) chosen.set(name, first);
    for (const { from } of others.length === 0 ? [] : [first, ...others]) {
      rows.push({ name, from, outcome: 'failed', problem: `${others.length + 1} clusters would be called ${name}` });
    }
  }
  return { chosen, rows };
}

interface RegisterWith {
  readonly options: AddOptions;
  readonly stage: Stage;
  /** Of who waits. */
  readonly over: AbortSignal;
}

async function register(
  name: string,
  candidate: Candidate | undefined,
  before: string | undefined,
  { options, stage, over }: RegisterWith,
): Promise<Row> {
  const row = { name, from: candidate?.from ?? '' };
  if (!candidate) return { ...row, outcome: 'failed' };
  const isThere = before !== undefined;
  if (isThere && options.update !== true) return { ...row, outcome: 'there already' };
  const plan = await candidate.plan(name, before);
  if (isThere) {
    const [was, is] = [endpointOf(before), endpointOf(plan.document)];
    if (was !== undefined && is !== undefined && was !== is) {
      const problem = `is another cluster, or has moved: ${was} is registered, not ${is}; \`add NAME --replace\` takes its place`;
      return { ...row, outcome: 'failed', problem };
    }
    if (isSame(before, plan.document) && (await holdsSame(plan, stage))) return { ...row, outcome: 'unchanged' };
  }
  if (options.dryRun === true) return { ...row, outcome: isThere ? 'would be updated' : 'would be added' };
  over.throwIfAborted();
  const isWritten = await writePlan(name, plan, stage, { replace: isThere });
  if (!isWritten) return { ...row, outcome: 'failed', problem: 'was written by somebody else just now' };
  return { ...row, outcome: isThere ? 'updated' : 'added' };
}

function endpointOf(document: string): string | undefined {
  const endpoint = parsed(document)['endpoint'];
  return typeof endpoint === 'string' ? endpoint.replace(/\/+$/, '') : undefined;
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(json);
    return isObject(document) ? document : {};
  } catch {
    return {};
  }
}

/** Whatever the order of their fields. */
function isSame(left: string, right: string): boolean {
  return isDeepStrictEqual(parsed(left), parsed(right));
}

async function holdsSame({ secret }: Plan, { secrets }: Stage): Promise<boolean> {
  if (!secret) return true;
  try {
    return (await secrets.read(secret.name)) === secret.value;
  } catch (error) {
    if (error instanceof AssayError && error.code === 'ASSAY_SECRET_UNREADABLE') return false;
    throw error;
  }
}

async function checkWritten(
  rows: readonly Row[],
  options: AddOptions,
  stage: Stage,
  console: Console,
): Promise<readonly CheckedCluster[]> {
  const written = new Set(rows.flatMap(({ name, outcome }) => (WRITTEN.has(outcome) ? [name] : [])));
  if (!options.check || written.size === 0) return [];
  const documents = [...(await stage.documents.readAll())].filter(([name]) => written.has(name));
  return checkMany(new Map(documents), { stage: options.stage, output: 'text', address: [] }, stage, console);
}

const WRITTEN: ReadonlySet<Outcome> = new Set(['added', 'updated']);

function isWell(rows: readonly Row[], checked: readonly CheckedCluster[]): boolean {
  return !rows.some(({ outcome }) => outcome === 'failed') && !checked.some(({ results }) => hasFailed(results));
}

function jsonOf(rows: readonly Row[], checked: readonly CheckedCluster[]): string {
  const checks = new Map(checked.map(({ name, results }) => [name, reportJson(name, results)]));
  const clusters = rows.map((row) => ({ ...row, ...(checks.has(row.name) && { check: checks.get(row.name) }) }));
  return `${JSON.stringify({ ok: isWell(rows, checked), clusters }, undefined, 2)}\n`;
}

function textOf(rows: readonly Row[], checked: readonly CheckedCluster[], { out }: Console): string {
  const cells = rows.map(({ name, from, outcome, problem = '' }) => [name || '-', outcome, from, problem]);
  const table = textTable([['NAME', 'OUTCOME', 'FROM', 'PROBLEM'], ...cells]);
  const lines = table.map((line, at) => (rows[at - 1]?.outcome === 'failed' ? out.paint('red', line) : line));
  const counts = [...Map.groupBy(rows, ({ outcome }) => outcome)].map(([outcome, of]) => `${of.length} ${outcome}`);
  const summary = rows.length === 0 ? 'no cluster was found' : counts.join(', ');
  const checks = checked.length === 0 ? '' : `\n${reportManyText(checked, out.paint)}`;
  return `${[...(rows.length === 0 ? [] : [...lines, '']), summary].join('\n')}\n${checks}`;
}
