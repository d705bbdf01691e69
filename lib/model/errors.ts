import { believedRetryMs } from './retry-after.ts';

/** Every code Assay raises, with what its reader should do next. docs/errors.md is tested against it. */
export const HINTS = {
  ASSAY_ADDRESS_CREDENTIALS:
    'Set the cluster’s address mode to `direct`, or give an address that is reachable from outside the cluster.',
  ASSAY_ADDRESS_DENIED:
    'The settings of the cluster deny this in-cluster address: list the Service in them, or give another address.',
  ASSAY_ADDRESS_REFUSED: 'List the host or its network in the settings of the cluster, if requests may go there.',
  ASSAY_BUS_REFUSED: 'Check the address of the bus, and that its credentials or token may put events there.',
  ASSAY_BUS_UNREACHABLE: 'Nothing to do: it is tried again; if it lasts, check the network path to the bus.',
  ASSAY_CLUSTER_CONFLICT: 'Nothing to do: somebody else advanced the object; the step is dropped.',
  ASSAY_CLUSTER_DENIED: 'Apply infra/cluster to the cluster again: a role or a credential is missing.',
  ASSAY_CLUSTER_EXISTS: 'Choose another name, or delete the object that is there.',
  ASSAY_CLUSTER_EXPIRED: 'Nothing to do: the list is read anew.',
  ASSAY_CLUSTER_FAILED: 'Read the message of the API server; it is tried again.',
  ASSAY_CLUSTER_KIND_UNKNOWN:
    'Install the CRDs: `assay manifests --cluster NAME | kubectl apply --server-side -f -`; or name the cluster that has them.',
  ASSAY_CLUSTER_NOT_FOUND: 'The object, or its namespace, was deleted; check the name.',
  ASSAY_CLUSTER_REFUSED: 'Read the message of the API server: the object or the patch breaks its schema.',
  ASSAY_CLUSTER_SETTINGS_INVALID:
    'Mend the document of the cluster: `assay clusters show NAME` prints it, `add --replace` writes it anew.',
  ASSAY_CLUSTER_THROTTLED: 'Nothing to do: it is tried again; if it lasts, raise the limits of the API server.',
  ASSAY_CLUSTER_TOO_LARGE:
    'Make the object smaller: fewer or shorter measurements to keep, less in its arguments; it is not tried again.',
  ASSAY_CLUSTER_UNKNOWN: 'Name one of the clusters that this process serves.',
  ASSAY_CLUSTER_UNREACHABLE: 'Check the network path and the address of the API server; it is tried again.',
  ASSAY_CONNECTION_BUSY:
    'Ask less often, or raise the limits of the connection, if the account that it stands for has more.',
  ASSAY_CONNECTION_REQUIRED:
    'Give an address that a connection of the cluster’s settings stands for, or let its operator add one.',
  ASSAY_EXPRESSION_INVALID: 'Mend the condition; `assay eval` shows where it breaks.',
  ASSAY_HTTP_INVALID: 'Mend the URL, the header or the address setting that the message names.',
  ASSAY_HTTP_REDIRECTED: 'Give the address that the redirects lead to, or stop the server from redirecting.',
  ASSAY_HTTP_TIMEOUT:
    'Check the network path to the server, make the query cheaper, or raise the timeout of the metric.',
  ASSAY_HTTP_TOO_LARGE: 'Ask for less, such as an aggregate instead of every series, or raise the body limit.',
  ASSAY_HTTP_UNREACHABLE: 'Check the address and that the server is up; the next measurement tries again.',
  ASSAY_HTTP_UNTRUSTED:
    'Give the certificate authority of the server in the settings, or set `insecure` on the metric.',
  ASSAY_KUBECONFIG_INVALID: 'Check the kubeconfig file, its contexts, and what its exec plugin prints.',
  ASSAY_LISTEN_FAILED:
    'End what listens there, or give another address (`--metrics`, `--listen`; of the webhook ASSAY_LISTEN, ASSAY_PAGES).',
  ASSAY_METRIC_INVALID: 'Mend the field of the metric that the message speaks of; `assay lint` shows where it stands.',
  ASSAY_METRIC_UNREADABLE: 'Ask the server of the metric the same, and see what it answers.',
  ASSAY_PLUGIN_INVALID: 'Mend the module that the message names, or the setting that names it.',
  ASSAY_QUEUE_REFUSED: 'Check the address of the queue, and that the role of the function may send to it.',
  ASSAY_QUEUE_UNREACHABLE: 'Nothing to do: it is tried again; if it lasts, check the network path to the queue.',
  ASSAY_REGISTRY_REFUSED: 'Check the region and the credentials, and that they may read and write what is named.',
  ASSAY_REGISTRY_UNREACHABLE:
    'Nothing to do: what was read before goes on; if it lasts, check the network path to AWS.',
  ASSAY_RESOURCE_INVALID: 'Mend the field that the message names; `assay lint` checks the whole file.',
  ASSAY_ROLE_REFUSED:
    'Let the trust policy of the role allow sts:AssumeRole and sts:TagSession to Assay, and Assay to assume the role.',
  ASSAY_SECRET_UNREADABLE: 'Check that the secret is there, has the field, and that Assay may read it.',
  ASSAY_SETTING_INVALID: 'Mend the setting that the message names.',
  ASSAY_STEP_ABORTED: 'Nothing to do: nothing was written, and the step is taken again.',
  ASSAY_STEP_FAILED: 'Mend what the message names, if it lasts; the step is tried again.',
  ASSAY_TIME_INVALID:
    'Look for a time in the status of the object that no clock has, and mend it or delete the object.',
} as const;
export type ErrorCode = keyof typeof HINTS;

/** What an error is about: the first word of its code, `QUEUE` of ASSAY_QUEUE_REFUSED. */
export type ErrorArea<Code extends ErrorCode = ErrorCode> = Code extends `ASSAY_${infer Word}_${string}` ? Word : never;

/** Whether it is an AssayError about that. */
export function isAbout(error: unknown, area: ErrorArea): boolean {
  return error instanceof AssayError && error.code.startsWith(`ASSAY_${area}_`);
}

/** A failure that someone must act on. `retry` is true only if the same call may succeed later. */
export class AssayError extends Error {
  override readonly name: string = 'AssayError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: boolean;
  /** How long the other side asked to wait before the next try, where it did; a minute at most. */
  readonly retryAfterMs: number | undefined;
  /** The message as statuses and Events tell it: their readers know what cluster they are in. */
  readonly words: string;

  /** @param detail  `cluster`: of whose API server the error tells; its name begins the message */
  constructor(
    code: ErrorCode,
    words: string,
    detail: { cause?: unknown; retry?: boolean; retryAfterMs?: number | undefined; cluster?: string } = {},
  ) {
    super(detail.cluster === undefined ? words : `cluster ${detail.cluster}: ${words}`, { cause: detail.cause });
    this.words = words;
    this.code = code;
    this.hint = HINTS[code];
    this.retry = detail.retry ?? false;
    this.retryAfterMs = believedRetryMs(detail.retryAfterMs);
  }
}
