import type { AnalysisRun, AnalysisRunStatus, Measurement, Metric } from '../../lib/model/analysis-run.ts';
import type { EventRecord } from '../../lib/model/outcome.ts';
import type { Secrets } from '../../lib/analysis/arguments.ts';
import { type Due, findDue, secretsNeeded, type Task } from '../../lib/analysis/due.ts';
import { advanceRun } from '../../lib/analysis/advance.ts';
import { type Measured, unavailable } from '../../lib/analysis/record.ts';
import { type Collected, type Collection, findCollections } from '../../lib/analysis/retention.ts';
import { differ, withoutEmpty } from './analysis-compare.ts';
import { applyMergePatch } from './apply-merge-patch.ts';

type Json = Readonly<Record<string, unknown>>;
type SecretTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Call {
  readonly metric: string;
  readonly call: 'run' | 'resume' | 'terminate' | 'garbageCollect' | 'getMetadata' | 'newProvider';
  readonly for?: 'measurement' | 'garbageCollection';
  readonly returns?: unknown;
  readonly limit?: number;
  readonly error?: string;
  readonly resolvedMetric?: Json;
}

interface Step {
  readonly now: string;
  readonly specPatch?: Json;
  readonly metadataPatch?: Json;
  readonly secrets?: SecretTexts;
  readonly calls: readonly Call[];
  readonly events: readonly EventRecord[];
  readonly status: AnalysisRunStatus | 'unchanged';
  readonly next: string | null;
  readonly requeueAfterSeconds?: number;
  readonly patched: boolean;
  readonly deleted?: boolean;
}

export interface RunVector {
  readonly id: string;
  readonly run: Pick<AnalysisRun, 'metadata' | 'spec'>;
  readonly initialStatus?: AnalysisRunStatus;
  readonly secrets?: SecretTexts;
  readonly steps: readonly Step[];
}

/** Lives a run's life again, step by step. @returns the first difference, undefined if there is none */
export function replayRun(vector: RunVector): string | undefined {
  let { secrets = {} } = vector;
  let run: AnalysisRun = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    ...vector.run,
    ...(vector.initialStatus && { status: vector.initialStatus }),
  };
  for (const [index, step] of vector.steps.entries()) {
    secrets = step.secrets ?? secrets;
    run = {
      ...run,
      spec: patched(run.spec, step.specPatch) as AnalysisRun['spec'],
      metadata: patched(run.metadata, step.metadataPatch) as AnalysisRun['metadata'],
    };
    const answers = new Answers(step);
    const outcome = takeStep(run, secrets, step, answers);
    const before = run.status ?? { phase: '' };
    const want = step.status === 'unchanged' ? before : step.status;
    const difference =
      answers.complaint() ??
      differ('status', byMetric(want), byMetric(outcome.status)) ??
      differ('events', step.events, outcome.events) ??
      differ('next', msOf(step.next), outcome.nextAt?.getTime()) ??
      differ('requeueAfterSeconds', step.requeueAfterSeconds, requeueSeconds(step, outcome.nextAt)) ??
      differ(
        'deleted',
        step.deleted ?? false,
        outcome.changes.some(({ verb }) => verb === 'delete'),
      ) ??
      differ('patched', step.patched, differ('', before, outcome.status) !== undefined);
    if (difference !== undefined) return `step ${index} (${step.now}): ${difference}`;
    if (step.patched) run = { ...run, status: outcome.status };
  }
  return undefined;
}

function takeStep(run: AnalysisRun, secrets: SecretTexts, { now: at }: Step, answers: Answers) {
  const now = new Date(at);
  const due = findDue(run, readSecrets(secretsNeeded(run), secrets), now);
  const measured = tasksOf(due).map((task) => answers.measure(task, now));
  const collected = answers.collect(findCollections(run, due, measured));
  return advanceRun({ object: run, due, measured, collected }, now);
}

function tasksOf(due: Due): readonly Task[] {
  return due.is === 'measuring' ? due.tasks : [];
}

/** Only those that were asked for: an engine that forgets to ask must not pass. */
function readSecrets(names: readonly string[], texts: SecretTexts): Secrets {
  return Object.fromEntries(
    names.flatMap((name) => {
      const values = Object.hasOwn(texts, name) ? texts[name] : undefined;
      return values ? [[name, { values }]] : [];
    }),
  );
}

/** Plays the providers; sees to it that they are asked just what the vector lists. */
class Answers {
  private readonly left: Call[];
  private readonly complaints: string[] = [];

  constructor({ calls }: Step) {
    this.left = [...calls];
  }

  measure(task: Task, now: Date): Measured {
    const { metric, does } = task;
    const refused = this.takeIf((call) => call.call === 'newProvider' && call.for === 'measurement', metric);
    if (refused) return { task, measurement: unavailable(task, refused.error ?? '', now) };
    const answer = this.take(does, metric);
    const described = task.isFirst ? this.takeIf(({ call }) => call === 'getMetadata', metric) : undefined;
    return {
      task,
      measurement: (answer?.returns ?? { phase: '' }) as Measurement,
      ...(described && { metadata: described.returns as Readonly<Record<string, string>> }),
    };
  }

  collect(collections: readonly Collection[]): Collected[] {
    const collected: Collected[] = [];
    for (const collection of collections) {
      const { metric, keep } = collection;
      if (this.takeIf((call) => call.call === 'newProvider' && call.for === 'garbageCollection', metric)) {
        collected.push({ collection, went: 'skipped' });
        continue;
      }
      const answer = this.take('garbageCollect', metric);
      this.complain(differ('limit', answer?.limit, keep));
      collected.push({ collection, went: answer?.error === undefined ? 'done' : 'failed' });
      if (answer?.error !== undefined) break;
    }
    return collected;
  }

  complaint(): string | undefined {
    return this.complaints[0] ?? (this.left.length > 0 ? `not asked: ${JSON.stringify(this.left)}` : undefined);
  }

  private take(call: Call['call'], metric: Metric): Call | undefined {
    const answer = this.takeIf((other) => other.call === call, metric);
    if (answer === undefined) this.complain(`unexpected ${call} of ${JSON.stringify(metric)}`);
    if (answer?.resolvedMetric) {
      this.complain(differ('resolvedMetric', withoutEmpty(answer.resolvedMetric), withoutEmpty(metric)));
    }
    return answer;
  }

  private takeIf(matches: (call: Call) => boolean, { name }: Metric): Call | undefined {
    const index = this.left.findIndex((call) => call.metric === name && matches(call));
    return index === -1 ? undefined : this.left.splice(index, 1)[0];
  }

  private complain(text: string | undefined): void {
    if (text !== undefined) this.complaints.push(text);
  }
}

/** In one order; with the summary that the API server's client adds to any status that it reads. */
function byMetric(status: AnalysisRunStatus): unknown {
  const results = status.metricResults?.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return { runSummary: {}, ...status, ...(results && { metricResults: results }) };
}

function msOf(time: string | null): number | undefined {
  return time === null ? undefined : Date.parse(time);
}

/** Rounded to what a float of seconds leaves of a millisecond. */
function requeueSeconds({ now, requeueAfterSeconds }: Step, nextAt: Date | undefined): number | undefined {
  if (nextAt === undefined) return undefined;
  const seconds = Math.max(0, nextAt.getTime() - Date.parse(now)) / 1000;
  // A Date keeps milliseconds.
  return Math.abs(seconds - (requeueAfterSeconds ?? Infinity)) < 1e-3 ? requeueAfterSeconds : seconds;
}

/** A step without a patch leaves things as they are. */
function patched(target: unknown, patch: unknown): unknown {
  return patch === undefined ? target : applyMergePatch(target, patch);
}
