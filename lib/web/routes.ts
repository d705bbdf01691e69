import type { IncomingHttpHeaders } from 'node:http';
import type { Access, Sender } from './bearer.ts';

/** What is answered at a path. */
export interface Route {
  /** GET routes answer HEAD too. */
  readonly method: 'GET' | 'POST';
  /** Such as `/clusters/:cluster/runs`, whose `:` segments are parameters; `*` is any path. */
  readonly path: string;
  /** Who may ask, decided before anything of the body is read; undefined: anybody. Who may not is answered 401. */
  readonly access?: Access;
  /** Bytes of the body that are read at most; undefined: none are. */
  readonly longestBody?: number;
  /**
   * What is answered, by the beginning of the body, where it is longer or where the server holds as many bytes as it may.
   * Default 413 and 503.
   */
  readonly onCutBody?: (beginning: string) => Answer;
  /** What it throws becomes a 500 and a line of the log. */
  readonly answer: (request: WebRequest) => Answer | Promise<Answer>;
}

export interface WebRequest {
  readonly path: string;
  /** Of the path, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whose token it was; undefined where none is asked for. */
  readonly sender: Sender | undefined;
  /** Aborts when whoever asked has gone, or the server closes: a stream must end then. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** A stream is sent as it comes, no faster than it is read. */
  readonly body: string | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function textAnswer(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(body), headers };
}

/** Which route a request is for: `allow` has the methods of a path that has others alone; undefined: no such path. */
export type Found =
  | { readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly allow: string }
  | undefined;

/** Finds the route of a method and a path without its query; the first one in the table wins. */
export function routeFinder(routes: readonly Route[]): (method: string, path: string) => Found {
  const known = routes.map((route) => ({ route, segments: route.path === '*' ? undefined : route.path.split('/') }));
  return (method, path) => {
    const asked = method === 'HEAD' ? 'GET' : method;
    const given = path.split('/');
    const fitting = known.flatMap(({ route, segments }) => {
      const parameters = segments ? parametersOf(segments, given) : {};
      return parameters ? [{ route, parameters }] : [];
    });
    if (fitting.length === 0) return undefined;
    const found = fitting.find(({ route }) => route.method === asked);
    return found ?? { allow: fitting.map(({ route }) => (route.method === 'GET' ? 'GET, HEAD' : 'POST')).join(', ') };
  };
}

function parametersOf(
  segments: readonly string[],
  given: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (segments.length !== given.length) return undefined;
  const parameters: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    const text = given[index] ?? '';
    const value = segment.startsWith(':') ? decoded(text) : undefined;
    if (value) parameters.push([segment.slice(1), value]);
    else if (segment !== text || segment.startsWith(':')) return undefined;
  }
  return Object.fromEntries(parameters);
}

/** Undefined for what is no percent-encoding of anything. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
