/** One outgoing request. Every implementation refuses forbidden addresses, and bounds time and size. */
export interface HttpRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Names in any case; credentials belong here and are not sent on to another host by a redirect. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Whole time for connection, redirects, retries and body; default 30,000. */
  readonly timeoutMs?: number;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
  /** True where repeating the request changes nothing, so that it may be retried; default: GET only. */
  readonly repeatable?: boolean;
  /** True where the body holds a credential: a redirect that would carry it to another host is an error. */
  readonly secretBody?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
