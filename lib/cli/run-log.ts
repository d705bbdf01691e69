import { printable } from './printable.ts';
import type { RunChange } from './run-changes.ts';

/** One line of a plain log, without its end: `10:00:05 run/metric: measured [0.97] Successful`. */
export function changeLine(run: string, change: RunChange, now: Date): string {
  const time = now.toISOString().slice(11, 19);
  return `${time} ${run}${change.metric === undefined ? '' : `/${change.metric}`}: ${printable(sentence(change))}`;
}

function sentence({ what, phase, value, message }: RunChange): string {
  const reason = message === undefined ? '' : `: ${message}`;
  if (what === 'started') return 'started';
  if (what === 'measuring') return `measuring${reason}`;
  if (what === 'measured') return `measured ${value === undefined ? '' : `${value} `}${phase}${reason}`;
  return `${phase.toUpperCase()}${reason}`;
}
