import { isDeepStrictEqual } from 'node:util';
import type { BusEvent } from '../model/bus.ts';
import { changeEvent } from '../model/change-event.ts';
import { formatProblem } from '../model/problem.ts';
import { formatRef } from '../model/ref.ts';
import { type AdmissionAnswer, type AdmissionRequest, allowed, denied, findUid, readRequest } from './admission.ts';
import { changeOf } from './change.ts';
import { checkObject, warningsOf } from './warnings.ts';

export interface ReviewOptions {
  readonly cluster: string;
  /** Whether an object with errors is denied; else it is only warned of. */
  readonly denyInvalid: boolean;
}

export interface Review {
  readonly answer: AdmissionAnswer;
  /** What to tell on, and the object that it is about: of one object the newest event is enough. */
  readonly event?: { readonly key: string; readonly event: BusEvent };
  /** Where something went wrong: it is logged and counted, and never keeps anybody from anything. */
  readonly problem?: string;
}

/** Longer reviews are not checked: a second of it would keep all others waiting. */
const LONGEST_CHECKED = 64 * 1024;
/**
 * Reviews of more values are not read at all: a megabyte of `[[],[],…` takes 15 MB of memory as objects. What people
 * write has one value in 20 bytes or more.
 */
const MOST_VALUES = 200_000;

/** Decides on one admission: allowed, unless denials are wanted and the object has errors. Never throws. */
export function review(body: string, options: ReviewOptions): Review {
  if (hasTooManyValues(body)) return { answer: allowed(findUid(body)), problem: 'too many values' };
  const request = readRequest(body);
  if (!request) return { answer: allowed(findUid(body)), problem: 'not an admission review' };
  try {
    const { answer, event } = decide(request, body.length <= LONGEST_CHECKED, options);
    return event ? { answer, event } : { answer };
  } catch (error) {
    return { answer: allowed(request.uid), problem: error instanceof Error ? error.message : 'cannot be read' };
  }
}

/** Counts what begins a value, also where it stands in texts: natively, since this process has no optimizing compiler. */
function hasTooManyValues(body: string): boolean {
  if (body.length <= MOST_VALUES) return false;
  let values = 0;
  for (const mark of [',', '[', '{']) {
    for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + 1)) {
      values += 1;
      if (values > MOST_VALUES) return true;
    }
  }
  return false;
}

function decide(request: AdmissionRequest, mayCheck: boolean, { cluster, denyInvalid }: ReviewOptions): Review {
  const problems = mayCheck ? problemsOf(request) : [];
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (denyInvalid && errors.length > 0 && isAuthored(request)) {
    return { answer: denied(request.uid, errors.map(formatProblem).join('; ')) };
  }
  const answer = allowed(request.uid, warningsOf(problems));
  const change = request.dryRun ? undefined : changeOf(request, cluster);
  return change ? { answer, event: { key: formatRef(change.ref), event: changeEvent(change) } } : { answer };
}

function problemsOf({ operation, subResource, object }: AdmissionRequest) {
  const isWrite = (operation === 'CREATE' || operation === 'UPDATE') && !subResource;
  return isWrite && object ? checkObject(object) : [];
}

/** A change that leaves the spec as it is, such as of a finalizer, must be let through: else nothing could mend or end it. */
function isAuthored({ object, oldObject }: AdmissionRequest): boolean {
  if (object?.metadata.deletionTimestamp !== undefined) return false;
  return !oldObject || !isDeepStrictEqual(specOf(object), specOf(oldObject));
}

function specOf(object: unknown): unknown {
  return (object as { readonly spec?: unknown } | null | undefined)?.spec;
}
