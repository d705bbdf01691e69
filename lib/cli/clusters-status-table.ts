import type { FoundVersion } from '../doctor/look-at-versions.ts';
import type { Work } from './clusters-work.ts';
import type { Paint } from './console.ts';
import { textTable } from './text-table.ts';

/** What is seen of a cluster, now. */
export interface ClusterStatus extends Work {
  readonly crds: FoundVersion;
  readonly webhook: FoundVersion;
  readonly webhookTrustEnds: Date | undefined;
  /** Undefined: never, as far as can be told. */
  readonly credentialsEnd: Date | undefined;
  /** Of its clock, ahead of the one here. */
  readonly skewSeconds: number | undefined;
}

/** A line of the table. */
export type StatusRow =
  | { readonly state: 'served'; readonly name: string; readonly status: ClusterStatus }
  | { readonly state: 'disabled'; readonly name: string }
  /** It could not be looked at. */
  | { readonly state: 'unknown'; readonly name: string; readonly problem: string };

export interface ShownAs {
  readonly now: Date;
  /** Of this command. */
  readonly version: string;
  readonly paint: Paint;
}

const HEAD = ['NAME', 'LAST LOOK', 'LATENESS', 'UNFINISHED', 'CRDS', 'WEBHOOK', 'WEBHOOK TRUST', 'CREDENTIALS', 'SKEW'];
/** What is shown where the identity may not look. */
const DENIED = '?';

/** A line a cluster, for people; below it what could not be seen, and what is of another version than this command. */
export function statusText(rows: readonly StatusRow[], { now, version, paint }: ShownAs): string {
  if (rows.length === 0) return 'No cluster is registered. `assay clusters add --help` tells how.\n';
  const cells = rows.map((row) => (row.state === 'served' ? cellsOf(row, now) : [row.name, wordFor(row)]));
  // Problems are long, and would make a column wide that others have figures in.
  const table = textTable([HEAD, ...cells.map((each, at) => (isTold(rows[at]) ? each : each.slice(0, 1)))]);
  const lines = table.map((line, at) => {
    const row = rows[at - 1];
    if (!row || row.state === 'served') return line;
    const width = Math.max(...rows.map(({ name }) => name.length), 'NAME'.length);
    return `${row.name.padEnd(width)}   ${paint(row.state === 'unknown' ? 'red' : 'dim', wordFor(row))}`;
  });
  return `${[...lines, ...notes(rows, version)].join('\n')}\n`;
}

function isTold(row: StatusRow | undefined): boolean {
  return row?.state === 'served';
}

function wordFor(row: Exclude<StatusRow, { state: 'served' }>): string {
  return row.state === 'disabled' ? 'disabled' : row.problem;
}

function cellsOf({ name, status }: Extract<StatusRow, { state: 'served' }>, now: Date): readonly string[] {
  const { lastLook, latenessSeconds, unfinished, isMore, crds, webhook, skewSeconds } = status;
  return [
    name,
    lastLook ? `${spanOf(now.getTime() - lastLook.getTime())} ago` : '-',
    `${latenessSeconds} s`,
    `${unfinished}${isMore ? '+' : ''}`,
    wordOf(crds),
    wordOf(webhook),
    trustOf(status, now),
    endOf(status.credentialsEnd, now, '-'),
    skewSeconds === undefined ? '-' : `${skewSeconds.toFixed(1)} s`,
  ];
}

function wordOf(found: FoundVersion): string {
  if (found.state === 'known') return found.version;
  return found.state === 'denied' ? DENIED : found.state === 'absent' ? '-' : 'unknown';
}

function trustOf({ webhook, webhookTrustEnds }: ClusterStatus, now: Date): string {
  return endOf(webhookTrustEnds, now, webhook.state === 'denied' ? DENIED : '-');
}

function endOf(end: Date | undefined, now: Date, never: string): string {
  if (!end) return never;
  const leftMs = end.getTime() - now.getTime();
  return leftMs > 0 ? `${spanOf(leftMs)} left` : 'ended';
}

const UNITS = [
  { name: 'd', ms: 24 * 60 * 60_000 },
  { name: 'h', ms: 60 * 60_000 },
  { name: 'min', ms: 60_000 },
] as const;

/** In the largest unit of which there are two at least. */
function spanOf(ms: number): string {
  const unit = UNITS.find((each) => ms >= 2 * each.ms) ?? { name: 's', ms: 1000 };
  return `${Math.max(0, Math.floor(ms / unit.ms))} ${unit.name}`;
}

function notes(rows: readonly StatusRow[], version: string): readonly string[] {
  const served = rows.flatMap((row) => (row.state === 'served' ? [row] : []));
  const others = served.filter(({ status }) => isOther(status.crds, version) || isOther(status.webhook, version));
  const denied = served.some(({ status }) => status.crds.state === 'denied' || status.webhook.state === 'denied');
  return [
    ...(others.length > 0 || denied ? [''] : []),
    ...(others.length > 0 ? [`${others.length} of another version than this command (${version})`] : []),
    ...(denied ? [`${DENIED}: Assay may not look; \`assay manifests --status-role\` lets it`] : []),
  ];
}

function isOther(found: FoundVersion, version: string): boolean {
  return found.state === 'known' && found.version !== version;
}
