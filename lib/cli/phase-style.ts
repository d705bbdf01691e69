import type { Paint, Style } from './console.ts';

const STYLES: Readonly<Record<string, { readonly symbol: string; readonly style: Style }>> = {
  Successful: { symbol: '✔', style: 'green' },
  Failed: { symbol: '✖', style: 'red' },
  Error: { symbol: '⚠', style: 'red' },
  Inconclusive: { symbol: '?', style: 'yellow' },
  Running: { symbol: '◌', style: 'cyan' },
  Healthy: { symbol: '✔', style: 'green' },
  Degraded: { symbol: '✖', style: 'red' },
  Progressing: { symbol: '◌', style: 'cyan' },
  Paused: { symbol: '॥', style: 'yellow' },
};
const PENDING = { symbol: '·', style: 'dim' } as const;

/** The phase with its symbol: `✔ Successful`. */
export function phaseText(phase: string): string {
  return `${(STYLES[phase] ?? PENDING).symbol} ${phase || 'Pending'}`;
}

/** Colours the phases that `phaseText` wrote into a line. */
export function paintPhases(line: string, paint: Paint): string {
  return line.replaceAll(/([✔✖⚠?◌·॥]) ([A-Z]\w+)/g, (found, _symbol, phase: string) =>
    paint((STYLES[phase] ?? PENDING).style, found),
  );
}
