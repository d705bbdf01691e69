import { AssayError, type ErrorCode } from './errors.ts';

/** What to call a failure: AWS said no, or there was no answer (which is retried). */
export interface FailureCodes {
  readonly refused: ErrorCode;
  readonly unreachable: ErrorCode;
}

/** Of Parameter Store and Secrets Manager as places to keep clusters in. */
export const REGISTRY_CODES: FailureCodes = {
  refused: 'ASSAY_REGISTRY_REFUSED',
  unreachable: 'ASSAY_REGISTRY_UNREACHABLE',
};

/** What an invocation, or a webhook, can wait for. Without the last of them the SDK would say that it was long, and wait on. */
export const REQUEST_LIMITS = { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true } as const;

/**
 * What an error of an AWS SDK client means. A 4xx stays one until somebody changes something; throttling, 5xx and
 * broken connections pass. Where no credentials are found, that is a refusal. Bugs stay what they are.
 *
 * @param what  begins the message: `parameter /assay/prod/clusters/shop`
 */
export function awsFailure(what: string, error: unknown, codes: FailureCodes): unknown {
  if (!(error instanceof Error) || error instanceof AssayError || error instanceof TypeError) return error;
  const retry = isPassing(error);
  // The cause stays behind: errors of the SDK hold the request, signature and all.
  return new AssayError(retry ? codes.unreachable : codes.refused, `${what}: ${error.name}: ${error.message}`, {
    retry,
  });
}

/** The SDK's name of an error, such as `ParameterNotFound`. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function isPassing(error: Error): boolean {
  if (error.name === 'CredentialsProviderError' || error.message === 'Region is missing') return false;
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === undefined || status >= 500 || status === 429) return true;
  return /throttl|too ?many|limitexceeded|slowdown/i.test(error.name);
}
