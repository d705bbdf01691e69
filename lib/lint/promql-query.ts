import type { Span } from './span.ts';

/** What a PromQL query gives, as far as its text tells. */
export interface PromQlQuery {
  /** Undefined where it cannot be told. */
  readonly type: 'scalar' | 'vector' | 'matrix' | 'string' | undefined;
  /** The first thing that is no PromQL. */
  readonly fault?: { readonly message: string; readonly span: Span };
  /** Divisions whose divisor may be 0 while what they are divided by is 0 too, and whose result nothing filters. */
  readonly divisions: readonly Span[];
  /** Whether there is an answer even where no series matches: it ends with `or vector(0)`, or is no vector at all. */
  readonly hasDefault: boolean;
}

/** Reads a query. It is handed in, so that the webhook can do without the parser. */
export type ReadPromQl = (query: string) => PromQlQuery;
