import type { AnalysisRun } from '../model/analysis-run.ts';
import type { Job } from '../model/kubernetes.ts';
import { type LocalObjects, type LocalOptions, runLocally } from '../local/run-locally.ts';
import type { Console, Output } from './console.ts';
import { EXIT } from './exit-code.ts';
import { liveScreen } from './live-screen.ts';
import { printable } from './printable.ts';
import { changesOf } from './run-changes.ts';
import { changeLine } from './run-log.ts';
import { runTable } from './run-table.ts';

export interface PlayedRuns {
  readonly runs: readonly AnalysisRun[];
  /** Whether somebody ended them before their time. */
  readonly isInterrupted: boolean;
}

const REDRAW_MS = 500;

/**
 * Runs AnalysisRuns to their end and shows how they stand: on a terminal in tables that are drawn again and again, else
 * in a log with a line for every change, and the tables at the end. Ctrl-C and SIGTERM terminate the runs; the second
 * one ends this process at once.
 */
export async function playRuns(
  objects: LocalObjects,
  options: LocalOptions,
  console: Console,
  output: Output,
): Promise<PlayedRuns> {
  const { now } = options;
  const show = output.isTerminal ? showLive(output, now) : showLog(output, now);
  let isInterrupted = false;
  const local = await runLocally(objects, {
    ...options,
    onStep: (run) => show.step(run),
    onJobLine: (job, line) => show.note(`${nameOf(job)} | ${line}`),
    onProblem: (message) => show.note(message),
  });
  const ignore = console.onInterrupt(() => {
    if (isInterrupted) {
      show.close();
      process.exit(EXIT.interrupted);
    }
    isInterrupted = true;
    show.note('terminating the analysis; once more to end at once');
    void local.terminate();
  });
  try {
    return { runs: await local.ended, isInterrupted };
  } finally {
    ignore();
    show.close();
  }
}

/** The run and the metric that a Job belongs to. @source the annotations that the job provider of Argo sets */
function nameOf({ metadata: { name = '', annotations = {} } }: Job): string {
  const run = annotations['analysisrun.argoproj.io/name'];
  return run === undefined ? name : `${run}/${annotations['analysisrun.argoproj.io/metric-name'] ?? ''}`;
}

/** How runs are shown while they go on. */
interface Show {
  step(run: AnalysisRun): void;
  note(text: string): void;
  close(): void;
}

function showLive(output: Output, now: () => Date): Show {
  const screen = liveScreen(output);
  const runs = new Map<string | undefined, AnalysisRun>();
  const draw = () => screen.draw(tablesOf([...runs.values()], output, now()));
  const timer = setInterval(draw, REDRAW_MS);
  return {
    step(run) {
      runs.set(run.metadata.uid, run);
      draw();
    },
    note: (text) => screen.print(printable(text)),
    close() {
      clearInterval(timer);
      screen.close(tablesOf([...runs.values()], output, now(), true));
    },
  };
}

function showLog(output: Output, now: () => Date): Show {
  const runs = new Map<string | undefined, AnalysisRun>();
  const write = (line: string) => output.write(`${line}\n`);
  return {
    step(run) {
      const { uid, name = '' } = run.metadata;
      for (const change of changesOf(runs.get(uid), run)) write(changeLine(name, change, now()));
      runs.set(uid, run);
    },
    note: (text) => write(`${now().toISOString().slice(11, 19)} ${printable(text)}`),
    close: () => ['', ...tablesOf([...runs.values()], output, now(), true)].forEach(write),
  };
}

function tablesOf(runs: readonly AnalysisRun[], { columns, paint }: Output, now: Date, isLast = false): string[] {
  const options = { now, columns: columns(), paint, isLast };
  return runs.flatMap((run, index) => [...(index > 0 ? [''] : []), ...runTable(run, options)]);
}
