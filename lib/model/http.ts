/** One outgoing request. Every implementation refuses forbidden addresses, and bounds time and size. */
export interface HttpRequest {
  readonly url: string;
  /** Any token, sent as it stands. Default GET. */
  readonly method?: string;
  /** Names in any case. A redirect to another host takes only harmless ones along, such as Accept. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Whole time for connection, redirects, retries and body; default 30,000, at most 60,000. */
  readonly timeoutMs?: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /** Who asks; absent where nobody but the operator does. */
  readonly from?: Asker;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
  /** True where repeating the request changes nothing, so that it may be retried; default: see `isSafeMethod`. */
  readonly repeatable?: boolean;
  /**
   * In place of the usual rule (`repeatable`): how long to wait before the request is sent again, in milliseconds;
   * undefined where what came is to stand. Asked after each attempt, within `timeoutMs`. Services inside a cluster, which
   * are reached through its API server, are asked once.
   */
  readonly repeatAfterMs?: (attempt: HttpAttempt) => number | undefined;
  /** How it goes by a connection (`model/connection.ts`); absent where it goes by none. */
  readonly by?: Passage;
  /** True where the body holds a secret: a redirect that would carry it to another host is an error. */
  readonly secretBody?: boolean;
}

/** What a connection asks of a request's way. */
export interface Passage {
  /** Whether a redirect may lead there. */
  readonly mayGoTo: (url: URL) => boolean;
  /** Told before it is sent once more. After 429 it never is: that stands, and whoever asked waits himself. */
  readonly onRepeat: () => void;
}

/** What came of sending a request: an answer, or the reason why there is none. */
export interface HttpAttempt {
  /** From 1. */
  readonly count: number;
  readonly answer?: HttpResponse;
  readonly error?: Error;
}

/** An object of a cluster, for whose metric a request is made. */
export interface Asker {
  readonly namespace: string;
  /** As `Provider.type` has it: `Prometheus`, `Web`. */
  readonly provider: string;
}

/** Whether a method asks for nothing but an answer, by RFC 9110. Methods are told apart by case. */
export function isSafeMethod(method = 'GET'): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** However long templates want to wait. */
export const LONGEST_REQUEST_MS = 60_000;

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How servers are known, and this process to them. */
export interface TlsSettings {
  /** Certificate authorities (PEM) trusted beside the usual ones. */
  readonly ca?: string | undefined;
  /** Client certificate with its chain, and its key (PEM). */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** The name that certificates must have, in place of the host's. */
  readonly serverName?: string | undefined;
}
