/**
 * What one object may ask of the process that all share: ten times and more of what public templates use. Whoever goes
 * beyond ends with an error that names the path, the size and the limit; nobody else notices. docs/limits.md is tested
 * against this table.
 */
export const LIMITS = {
  /** Metrics of a run. */
  metrics: 200,
  /** Arguments of a run. */
  args: 500,
  /** Rules of `dryRun`, and of `measurementRetention`. */
  rules: 200,
  /** Characters of a rule, which is a regular expression. */
  ruleCharacters: 1000,
  /** Characters of all metrics of a run, with the values of their arguments. */
  expandedCharacters: 4_000_000,
  /** Milliseconds between two measurements of a metric, whatever its interval says. */
  shortestIntervalMs: 1000,
  /** Characters of a measurement's value, and of one of its metadata. Conditions see the whole. */
  valueCharacters: 8000,
  /** Characters of a message. */
  messageCharacters: 8000,
  /** Characters of a status, as JSON. */
  statusCharacters: 250_000,
} as const;

/** What all objects of a cluster share, so that those of one namespace cannot take it all. Tested likewise. */
export const SHARES = {
  /** Steps of one namespace at once in `assay serve`; the cluster has twice as many places. */
  stepsAtOnce: 64,
  /** Lists of `assay serve` at once, of all clusters together; of one cluster half of them at most. */
  listsAtOnce: 16,
  /** Milliseconds after which a list that has not ended counts no more: a cluster that hangs holds up none that answer. */
  listTurnMs: 3000,
  /** Requests of `assay serve` to an API server in a second. */
  requestsPerSecond: 250,
  /** As many may go at once after a pause. */
  requestsAtOnce: 500,
  /** Requests to one host at once, and to Services through one API server; of one namespace half of them at most. */
  requestsPerHost: 128,
  /** Names whose addresses are kept, of each way out. */
  keptNames: 1000,
  /** Milliseconds that an address is kept at most: a name that moves is found within this time. */
  nameKeptMs: 30_000,
  /** Milliseconds that it is kept that there is no such name. */
  absentNameKeptMs: 5000,
} as const;
