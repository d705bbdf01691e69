import { formatFloat } from '../expression/go/strconv.ts';
import type { Argument } from '../model/analysis-run.ts';
import type { ObjectMeta } from '../model/kubernetes.ts';
import { isAbsent, isEmpty } from '../model/empty.ts';
import { metadataAt } from '../analysis/field-path.ts';
import { ArgumentError } from '../analysis/spec-error.ts';

/** An argument as a Rollout's analysis gives it. */
export interface RolloutArgument {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly podTemplateHashValue?: string;
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** A Rollout as far as arguments can refer to it. */
export interface RolloutDocument {
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** The hashes of the pods that the Rollout has and is to have. */
export interface PodHashes {
  readonly latest: string;
  readonly stable: string;
}

/**
 * The arguments of a run that a Rollout makes.
 *
 * @returns the arguments and, where a path outside the metadata could not be followed, why. Its value is empty then:
 *          that is enough to validate the Rollout, but not to begin an analysis. The last such path decides
 * @throws  ArgumentError if a path into the metadata is not supported
 * @source  BuildArgumentsForRolloutAnalysisRun in utils/analysis/factory.go of argoproj/argo-rollouts
 */
export function buildRolloutArguments(
  args: readonly RolloutArgument[],
  hashes: PodHashes,
  rollout: RolloutDocument,
): { readonly args: readonly Argument[]; readonly problem?: string } {
  let problem: string | undefined;
  const built = args.map(({ name, value = '', valueFrom }): Argument => {
    const { podTemplateHashValue: hash, fieldRef } = valueFrom ?? {};
    if (hash === 'Latest') return { name, value: hashes.latest };
    if (hash === 'Stable') return { name, value: hashes.stable };
    if (hash !== undefined || fieldRef === undefined) return { name, value };
    if (fieldRef.fieldPath.startsWith('metadata')) {
      problem = undefined;
      return { name, value: metadataAt(rollout.metadata, fieldRef.fieldPath) };
    }
    const found = fieldAt(rollout, fieldRef.fieldPath);
    problem = found.problem;
    return { name, value: found.value };
  });
  return { args: built, ...(problem !== undefined && { problem }) };
}

interface FoundField {
  readonly value: string;
  readonly problem?: string;
}

/** Follows a path such as `spec.strategy.canary.steps[1].setWeight`. */
function fieldAt(rollout: RolloutDocument, path: string): FoundField {
  try {
    return { value: formatPrimitive(follow(rollout, path), path) };
  } catch (error) {
    if (error instanceof ArgumentError) return { value: '', problem: error.message };
    throw error;
  }
}

function follow(rollout: RolloutDocument, path: string): unknown {
  const sections = path.split(/[.[\]]+/).filter((section) => section !== '');
  let at: unknown = rollout;
  let names = '';
  for (const section of sections) {
    if (Array.isArray(at)) {
      at = itemAt(at, section);
      continue;
    }
    if (typeof at !== 'object' || at === null) throw invalidPath(path);
    names += names === '' ? section : `.${section}`;
    at = fieldOf(at as Readonly<Record<string, unknown>>, section, names);
  }
  return at;
}

function itemAt(list: readonly unknown[], section: string): unknown {
  const [, digits] = /^(?:\+(?!-))?(-?[0-9]+)$/.exec(section) ?? [];
  const index = BigInt(digits ?? 0);
  if (digits === undefined || BigInt.asIntN(64, index) !== index) {
    throw new ArgumentError(`invalid index '${section}'`);
  }
  if (index < 0n || index >= list.length) throw new ArgumentError(`index ${index} out of range`);
  return list[Number(index)];
}

/** Structures that Go writes even where they are empty; places in lists do not count. */
const ALWAYS_THERE = new Set([
  'spec',
  'spec.strategy',
  'spec.template',
  'spec.template.metadata',
  'spec.template.spec',
  'spec.template.spec.containers.resources',
  'spec.template.spec.initContainers.resources',
  'status',
  'status.canary',
  'status.blueGreen',
]);

/** Fields that Go leaves out where they are zero, false or empty. */
const OMITTED_WHEN_EMPTY = new RegExp(
  [
    String.raw`^spec\.(?:paused|minReadySeconds|progressDeadlineAbort|rollbackWindow\.revisions|workloadRef\.\w+)$`,
    String.raw`^spec\.strategy\.blueGreen\.(?:previewService|autoPromotionSeconds)$`,
    String.raw`^spec\.strategy\.canary\.(?:canaryService|stableService|dynamicStableScale)$`,
    String.raw`\.(?:matchTrafficWeight|requiredForCompletion|rootService|annotationPrefix)$`,
    String.raw`^spec\.template\.spec\..*\b(?:host(?:Network|PID|IPC)|stdin|stdinOnce|tty|env\.value)$`,
    String.raw`^status\.(?!currentStepIndex$|collisionCount$)\w+$`,
  ].join('|'),
);

function fieldOf(object: Readonly<Record<string, unknown>>, name: string, names: string): unknown {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (isEmpty(value) && ALWAYS_THERE.has(names)) return {};
  return isEmpty(value) && OMITTED_WHEN_EMPTY.test(names) ? undefined : value;
}

function formatPrimitive(value: unknown, path: string): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return formatFloat(value);
    case 'boolean':
      return String(value);
    default:
      if (isAbsent(value)) throw invalidPath(path);
      throw new ArgumentError(`path ${path} in rollout must terminate in a primitive value`);
  }
}

function invalidPath(path: string): ArgumentError {
  return new ArgumentError(`invalid path ${path} in rollout`);
}
