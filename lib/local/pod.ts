import { type Container, ContainerError, planProcess, type ProcessPlan, type SecretKey } from './container.ts';
import { runProcess } from './process.ts';

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly activeDeadlineSeconds?: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface PodOptions {
  readonly baseEnv: Readonly<Record<string, string>>;
  readonly readSecret: (secret: SecretKey) => Promise<string | undefined>;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

const GRACE_SECONDS = 30;

/**
 * Runs the containers of a pod as processes: one after the other those that initialize, then the rest at once.
 *
 * @returns whether all of them ended with 0
 * @throws ContainerError
 */
export async function runPod(spec: PodSpec, options: PodOptions): Promise<boolean> {
  const { initContainers = [], containers = [], activeDeadlineSeconds: deadline } = spec;
  const signal =
    deadline === undefined ? options.signal : AbortSignal.any([options.signal, AbortSignal.timeout(deadline * 1000)]);
  const run = async (plan: ProcessPlan) => {
    const code = await runProcess(plan, {
      baseEnv: options.baseEnv,
      onLine: options.onLine,
      signal,
      graceMs: (spec.terminationGracePeriodSeconds ?? GRACE_SECONDS) * 1000,
    });
    if (code !== 0) options.onLine(`container ${plan.container} ended with exit code ${code}`);
    return code === 0;
  };

  if (containers.length === 0) throw new ContainerError('the pod has no containers');
  const plan = (all: readonly Container[]) => Promise.all(all.map((one) => planProcess(one, options.readSecret)));
  const [before, together] = [await plan(initContainers), await plan(containers)];
  for (const one of before) if (!(await run(one))) return false;
  return (await Promise.all(together.map(run))).every(Boolean);
}
