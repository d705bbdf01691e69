import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AssayServe, startAssayServe } from '../servers/assay-serve.ts';
import type { ControlPlane } from '../servers/control-plane.ts';
import type { PrometheusServer } from '../servers/prometheus.ts';
import type { Random } from './random.ts';

/** Something that was done to what all rely on, from one moment to another, on the clock of `performance.now`. */
export interface Disturbance {
  readonly what: 'serve killed' | 'clock set' | 'API server away' | 'Prometheus hangs';
  readonly fromMs: number;
  /** Infinity while it lasts. For `serve killed`: when the next one had begun. */
  toMs: number;
}

/** What is disturbed. */
export interface Disturbed {
  readonly plane: ControlPlane;
  readonly prometheus: PrometheusServer;
  readonly kubeconfigPath: string;
  /** What `shifted-clock.ts` reads. */
  readonly clockFile: string;
  readonly random: Random;
}

/** Who disturbs, and what came of it. */
export interface Disturber {
  readonly done: readonly Disturbance[];
  /** What `assay serve` did that nobody made it do. */
  readonly faults: readonly string[];
  /** How often a process believed a clock that was set, and how often one began with it. */
  clocks(): { readonly believed: number; readonly startedWrong: number };
  /** Goes on until the signal; then all is as it should be again. */
  disturb(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const SHIFTED_CLOCK = new URL('./shifted-clock.ts', import.meta.url).href;

/** Starts `assay serve`, and says who disturbs it and its servers. */
export async function startDisturber(disturbed: Disturbed): Promise<Disturber> {
  const { plane, prometheus, clockFile, random } = disturbed;
  const done: Disturbance[] = [];
  const faults: string[] = [];
  const begin = (what: Disturbance['what']): Disturbance => {
    const disturbance = { what, fromMs: performance.now(), toMs: Infinity };
    done.push(disturbance);
    return disturbance;
  };
  const end = (disturbance: Disturbance): void => void (disturbance.toMs = performance.now());
  const setClock = (ms: number): void => {
    isClockWrong = ms !== 0;
    writeFileSync(clockFile, String(ms));
  };

  let isOurDoing = false;
  let noticed = 0;
  let isClockWrong = false;
  let startedWrong = 0;
  const start = async (): Promise<AssayServe> => {
    if (isClockWrong) startedWrong += 1;
    const env = { NODE_OPTIONS: `--import=${SHIFTED_CLOCK}`, CLOCK_FILE: clockFile };
    const started = await startAssayServe({ kubeconfigPath: disturbed.kubeconfigPath, awaitReady: false, env });
    void watchOver(started);
    return started;
  };
  const watchOver = async ({ ended }: AssayServe): Promise<void> => {
    const { code, signal } = await ended;
    if (!isOurDoing) faults.push(`assay serve ended by itself: code ${code}, signal ${signal}`);
  };
  /** Anything without a code that somebody can act on is a bug. */
  const readLog = (): void => {
    for (const line of serving.log()) {
      if (line.message === 'clock was set') noticed += 1;
      const isBug =
        line.message === 'object set aside' || (line.message === 'step failed' && line['code'] === undefined);
      if (isBug) faults.push(JSON.stringify(line).slice(0, 1000));
    }
  };
  setClock(0);
  let serving = await start();

  const kinds: Readonly<Record<Disturbance['what'], (signal: AbortSignal) => Promise<void>>> = {
    async 'serve killed'() {
      const killed = begin('serve killed');
      isOurDoing = true;
      readLog();
      await serving.kill();
      isOurDoing = false;
      serving = await start();
      end(killed);
    },
    async 'clock set'(signal) {
      const set = begin('clock set');
      setClock(random.pick([-1, 1]) * random.pick([1500, 20_000, 600_000, 3_600_000]));
      // Half of them for so long that a process believes it.
      await pause(random.between(0, 1) < 0.5 ? random.between(1000, 15_000) : random.between(32_000, 50_000), signal);
      setClock(0);
      end(set);
    },
    async 'API server away'(signal) {
      const away = begin('API server away');
      await (random.between(0, 1) < 0.5 ? plane.killApiServer() : plane.stopApiServer());
      await pause(random.between(0, 4000), signal);
      await plane.startApiServer();
      end(away);
    },
    async 'Prometheus hangs'(signal) {
      const hangs = begin('Prometheus hangs');
      const pid = prometheus.pid();
      if (pid !== undefined) process.kill(pid, 'SIGSTOP');
      await pause(random.between(500, 6000), signal);
      if (pid !== undefined) process.kill(pid, 'SIGCONT');
      end(hangs);
    },
  };
  /** Each by itself, so that they meet in every way. */
  const again = async (what: Disturbance['what'], fromMs: number, toMs: number, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await pause(random.between(fromMs, toMs), signal);
      if (!signal.aborted) await kinds[what](signal);
    }
  };

  return {
    done,
    faults,
    clocks: () => ({ believed: noticed, startedWrong }),
    async disturb(signal) {
      await Promise.all([
        again('serve killed', 4000, 16_000, signal),
        again('clock set', 3000, 15_000, signal),
        again('API server away', 10_000, 40_000, signal),
        again('Prometheus hangs', 5000, 20_000, signal),
      ]);
    },
    async stop() {
      isOurDoing = true;
      readLog();
      await serving.stop();
    },
  };
}

/** Ends early with the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
