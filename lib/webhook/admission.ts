import type { KubernetesObject } from '../model/kubernetes.ts';
import { isObject } from '../model/is-object.ts';

/** The parts of a request for admission that are read here. @source k8s.io/api/admission/v1 */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  /** What was asked for: of `rollouts/scale`, the Rollout, while `kind` is that of the Scale that was sent. */
  readonly resource?: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  /** Absent from a DELETE. */
  readonly object?: KubernetesObject | null;
  /** Absent from a CREATE. */
  readonly oldObject?: KubernetesObject | null;
  readonly dryRun?: boolean;
}

/** What the API server is answered. */
export interface AdmissionAnswer {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    /** kubectl prints each behind `Warning: `. */
    readonly warnings?: readonly string[];
    readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  };
}

export function allowed(uid: string, warnings: readonly string[] = []): AdmissionAnswer {
  return answerOf({ uid, allowed: true, ...(warnings.length > 0 && { warnings }) });
}

/** kubectl prints the message behind `admission webhook "…" denied the request: `. */
export function denied(uid: string, message: string): AdmissionAnswer {
  return answerOf({ uid, allowed: false, status: { code: 422, reason: 'Invalid', message } });
}

function answerOf(response: AdmissionAnswer['response']): AdmissionAnswer {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

/** The request in the body of a review; undefined where there is none, whatever else it is. */
export function readRequest(body: string): AdmissionRequest | undefined {
  let review: unknown;
  try {
    review = JSON.parse(body);
  } catch {
    return undefined;
  }
  return isObject(review) && isRequest(review['request']) ? review['request'] : undefined;
}

function isRequest(value: unknown): value is AdmissionRequest {
  if (!isObject(value)) return false;
  return typeof value['uid'] === 'string' && typeof value['operation'] === 'string' && isObject(value['kind']);
}

/**
 * The uid of a request that cannot be read whole: API servers write it at the beginning, and an answer without it
 * counts as none.
 */
export function findUid(body: string): string {
  return /"request":\s*\{\s*"uid":\s*"([\w-]{1,64})"/.exec(body.slice(0, 1024))?.[1] ?? '';
}
