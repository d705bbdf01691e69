import { z } from 'zod';
import type { BusEvent } from './bus.ts';
import { cut } from './cut.ts';
import type { KindFacts } from './kind-facts.ts';
import type { ObjectRef } from './ref.ts';
import { wholeSeconds } from './whole-seconds.ts';

/** Events from Assay itself; those of clusters say `assay.cluster.<name>`, and no rule takes one for the other. */
export const OUTCOME_SOURCE = 'assay';

/** The object, and how it or its measurement ended, or what became of it: the detail of an outcome event. docs/events.md shows it. */
export function outcomeDetailOf(facts: readonly Ending[]) {
  return z.strictObject({
    cluster: z.string().describe('Name of the cluster, as Assay knows it.'),
    kind: z.enum(facts.map(({ kind }) => kind)).describe('Kind of the object.'),
    namespace: z.string().describe('Namespace of the object.'),
    name: z.string().describe('Name of the object.'),
    uid: z.string().describe('Uid of the object.'),
    phase: z
      .enum([...new Set(facts.flatMap(({ ends, turns }) => [...ends, ...(turns?.phases ?? [])]))])
      .describe('How it ended; of a Rollout, how it stands.'),
    message: z
      .string()
      .describe('Why, as the status has it; empty where there is nothing to say. Cut at 1,024 characters.'),
    startedAt: z.string().meta({ format: 'date-time' }).optional().describe('When it began, where the status tells.'),
    finishedAt: z
      .string()
      .meta({ format: 'date-time' })
      .describe('When it ended; of a Rollout, when it was seen to have come to this.'),
    metric: z.string().optional().describe('The metric; of a measurement only.'),
    value: z.string().optional().describe('What was measured; of a measurement only. Cut at 1,024 characters.'),
    dryRun: z.literal(true).optional().describe('True where the metric does not count for the verdict.'),
    podHash: z.string().optional().describe('Hash of the pods that are wanted; of a Rollout only.'),
    step: z.number().optional().describe('The step that is next, counted from 0; of a Rollout that has steps only.'),
  });
}

/** Every detail-type that Assay puts on the bus. */
export function outcomeTypesOf(facts: readonly Ending[]): readonly string[] {
  const words = facts.flatMap(({ kind, ends, turns }) =>
    [...ends, ...(turns?.words ?? [])].map((word) => `${kind} ${word}`),
  );
  return [...words, 'Measurement Failed'];
}

/** What kinds there are, and how their objects end, or go on. */
type Ending = Pick<KindFacts, 'kind' | 'ends' | 'turns'>;

/** What a status tells of an end, or of a turn: that of a run, an experiment or a Rollout. */
export interface ToldStatus {
  readonly phase?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly metricResults?: readonly ToldResult[];
  readonly duration?: { readonly rolloutStartedAt?: string };
  readonly currentPodHash?: string;
  readonly currentStepIndex?: number;
}

interface ToldResult {
  readonly name: string;
  readonly failed?: number;
  readonly dryRun?: boolean;
  readonly measurements?: readonly {
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
    readonly value?: string;
  }[];
}

/**
 * What others want to hear of a status that was written: the measurements that failed, in the order of the metrics,
 * and then the end of the object, or what has become of it. A step takes one measurement of a metric at most, so the
 * newest is the one.
 *
 * @param ending  of the kind of this object
 */
export function outcomeEvents(
  ref: ObjectRef,
  before: ToldStatus | undefined,
  after: ToldStatus,
  now: Date,
  { ends, turns }: Omit<Ending, 'kind'>,
): readonly BusEvent[] {
  const failed = failedResults(before?.metricResults, after.metricResults);
  const hasEnded = after.phase !== before?.phase && after.phase !== undefined && ends.includes(after.phase);
  const turned = turns?.between(before, after) ?? [];
  if (failed.length === 0 && !hasEnded && turned.length === 0) return NONE;
  const events = failed.map((result) => measurementEvent(ref, result, now));
  if (hasEnded) events.push(endEvent(ref, after, now));
  return [...events, ...turned.map((word) => turnEvent(ref, word, after, now))];
}
const NONE: readonly BusEvent[] = [];

function failedResults(before: readonly ToldResult[] = [], after: readonly ToldResult[] = []): readonly ToldResult[] {
  // Most steps are of runs where nothing ever failed.
  if (!after.some(({ failed }) => failed)) return [];
  const known = new Map(before.map(({ name, failed }) => [name, failed ?? 0]));
  return after.filter(({ name, failed = 0 }) => failed > (known.get(name) ?? 0));
}

function measurementEvent(ref: ObjectRef, { name, dryRun, measurements = [] }: ToldResult, now: Date): BusEvent {
  const { message, startedAt, finishedAt, value } = measurements.at(-1) ?? {};
  const told = { phase: 'Failed', message, startedAt, finishedAt };
  const extra = { metric: name, ...(value !== undefined && { value: cut(value, LONGEST) }), ...(dryRun && { dryRun }) };
  return eventOf('Measurement Failed', { ...detailOf(ref, told, now), ...extra });
}

function endEvent(ref: ObjectRef, { phase, message, startedAt, completedAt }: ToldStatus, now: Date): BusEvent {
  const told = { phase, message, startedAt, finishedAt: completedAt };
  return eventOf(`${ref.kind} ${phase}`, detailOf(ref, told, now));
}

function turnEvent(ref: ObjectRef, word: string, after: ToldStatus, now: Date): BusEvent {
  const { phase, message, duration, currentPodHash: podHash, currentStepIndex: step } = after;
  const told = { phase, message, startedAt: duration?.rolloutStartedAt, finishedAt: undefined };
  const extra = { ...(podHash !== undefined && { podHash }), ...(step !== undefined && { step }) };
  return eventOf(`${ref.kind} ${word}`, { ...detailOf(ref, told, now), ...extra });
}

function eventOf(detailType: string, detail: Readonly<Record<string, unknown>>): BusEvent {
  return { source: OUTCOME_SOURCE, detailType, detail };
}

type Told = { readonly [Field in 'phase' | 'message' | 'startedAt' | 'finishedAt']: string | undefined };

function detailOf({ cluster, kind, namespace, name, uid }: ObjectRef, told: Told, now: Date): Record<string, unknown> {
  const { phase, message = '', startedAt, finishedAt = wholeSeconds(now) } = told;
  const began = startedAt === undefined ? {} : { startedAt };
  return { cluster, kind, namespace, name, uid, phase, message: cut(message, LONGEST), ...began, finishedAt };
}

/** An entry of EventBridge is 256 KB at most; a value may be a thousand series. */
const LONGEST = 1024;
