import { build } from 'esbuild';
import { join } from 'node:path';
import { createScratchFolder } from '../scratch-folder.ts';
import {
  type Invocation,
  type LambdaEnvironment,
  type LambdaSpec,
  openLambdaEnvironment,
} from './lambda-environment.ts';

/** What a bill would say, and a little more. */
export interface LambdaUsage {
  readonly invocations: number;
  /** Each invocation by the clock, rounded up to whole milliseconds; with the starts of environments apart. */
  readonly billedMs: number;
  readonly starts: number;
  readonly startMs: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly crashes: number;
  readonly logBytes: number;
  /** Of the largest environment. */
  readonly peakRssMb: number;
}

/** A function as Lambda runs it: an environment for each event that is handled at a time, made when needed and kept. */
export interface LambdaFunction {
  readonly spec: LambdaSpec;
  /** Waits for an environment where all are busy. Never rejects. */
  invoke(event: unknown): Promise<Invocation>;
  usage(): LambdaUsage;
  /** What all environments wrote, also those that are gone; JSON lines only. */
  log(): readonly Readonly<Record<string, unknown>>[];
  /** All that was written, for eyes. */
  text(): string;
  /** Kills every environment, as if its machine had gone. */
  killAll(): Promise<void>;
  stop(): Promise<void>;
}

/** At most `concurrency` environments at once. */
export function openLambdaFunction(spec: LambdaSpec, concurrency: number): LambdaFunction {
  const all: LambdaEnvironment[] = [];
  const idle: LambdaEnvironment[] = [];
  const queue: (() => void)[] = [];
  const counts = { invocations: 0, billedMs: 0, errors: 0, timeouts: 0, crashes: 0 };
  let starts = 0;
  let living = 0;

  const acquire = async (): Promise<LambdaEnvironment> => {
    for (;;) {
      const environment = idle.pop();
      if (environment?.isGone()) living -= 1;
      else if (environment) return environment;
      else if (living < concurrency) break;
      else await new Promise<void>((resolve) => queue.push(resolve));
    }
    living += 1;
    starts += 1;
    const fresh = await openLambdaEnvironment(spec, await bootstrapPath());
    all.push(fresh);
    return fresh;
  };
  const release = (environment: LambdaEnvironment, went: Invocation): void => {
    if (environment.isGone() || (went.went === 'wrong' && went.reason !== 'error')) living -= 1;
    else idle.push(environment);
    queue.shift()?.();
  };

  return {
    spec,
    async invoke(event) {
      const environment = await acquire();
      const went = await environment.invoke(event);
      release(environment, went);
      counts.invocations += 1;
      counts.billedMs += Math.ceil(went.ms);
      if (went.went === 'wrong') counts[PLURAL[went.reason]] += 1;
      return went;
    },
    usage: () => ({
      ...counts,
      starts,
      startMs: all.reduce((sum, { initMs }) => sum + Math.ceil(initMs() ?? 0), 0),
      logBytes: all.reduce((sum, environment) => sum + environment.logBytes(), 0),
      peakRssMb: Math.max(0, ...all.map((environment) => environment.peakRssMb())),
    }),
    log: () => all.flatMap((environment) => parseLines(environment.log())),
    text: () => all.map((environment) => environment.log()).join('\n'),
    async killAll() {
      await Promise.all(all.map((environment) => environment.kill()));
    },
    async stop() {
      await Promise.all(all.map((environment) => environment.remove()));
    },
  };
}

const PLURAL = { error: 'errors', timeout: 'timeouts', crash: 'crashes' } as const;

let bootstrap: Promise<string> | undefined;

/** Plain JavaScript: stripping types at the start of each environment would count as its own time and memory. */
export function bootstrapPath(): Promise<string> {
  bootstrap ??= (async () => {
    const outfile = join(createScratchFolder('lambda-bootstrap'), 'bootstrap.mjs');
    const entryPoints = [join(import.meta.dirname, 'lambda-bootstrap.ts')];
    await build({ entryPoints, outfile, format: 'esm', platform: 'node', target: 'node24', logLevel: 'warning' });
    return outfile;
  })();
  return bootstrap;
}

function parseLines(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text.split('\n').flatMap((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return typeof parsed === 'object' && parsed !== null ? [{ ...parsed }] : [];
    } catch {
      return [];
    }
  });
}
