import { setTimeout as sleep } from 'node:timers/promises';
import { memoryCluster, type MemoryCluster } from '../clusters/memory/memory-cluster.ts';
import { cachedCluster } from '../clusters/store/cached.ts';
import { openLocalHttp } from '../http/local-http.ts';
import { factsFor } from '../kinds/facts/registry.ts';
import { kindsFor } from '../kinds/registry.ts';
import { simulatePods } from '../local/simulated-pods.ts';
import type { AnalysisTemplate } from '../model/analysis-template.ts';
import type { Rollout, RolloutSpec } from '../model/rollout.ts';
import { systemTimers } from '../queues/system-timers.ts';
import { scopesOf } from '../runtime/scopes.ts';
import { serve } from '../serve/serve.ts';
import type { ReplicaSet } from '../workload/replica-set.ts';
import type { Output } from './console.ts';
import { liveScreen } from './live-screen.ts';
import { rolloutTree } from './rollout-tree.ts';

/** What is played, and how it must end. */
const SCENES = [
  { name: 'cart', ends: 'Healthy' },
  { name: 'search', ends: 'Degraded' },
] as const;

const NAMESPACE = 'demo';
const WANTED = { rollouts: true };
const REDRAW_MS = 200;
const LONGEST_MS = 20_000;
const REPLICAS = 4;
const now = (): Date => new Date();
const NO_LOG = { info() {}, warn() {}, error() {} };

/**
 * Plays two canaries in a cluster that is in memory, pods and all: the analysis of one lets it pass, that of the other
 * aborts it. Everything else is what `assay serve` does.
 *
 * @param prometheus  address of the sample service
 * @returns whether both ended as they should
 */
export async function playRollouts(prometheus: string, output: Output): Promise<boolean> {
  const http = openLocalHttp();
  const memory = memoryCluster('demo', { now, http });
  const stopPods = simulatePods(memory, systemTimers);
  const cluster = cachedCluster(memory, scopesOf(WANTED, factsFor(WANTED)));
  const serving = await serve({ clusters: [cluster], log: NO_LOG, now, kinds: kindsFor(WANTED) });
  const show = output.isTerminal ? showTrees(memory, output) : showLines(memory, output);
  try {
    await memory.create('AnalysisTemplate', aTemplate(prometheus));
    await Promise.all(SCENES.map(({ name }) => memory.create('Rollout', aRollout(name))));
    await until(memory, show.look, () => SCENES.every(({ name }) => phaseOf(memory, name) === 'Healthy'));
    await Promise.all(SCENES.map(({ name }) => update(memory, name)));
    await until(memory, show.look, () => SCENES.every(({ name }) => isOver(memory, name)));
    return SCENES.every(({ name, ends }) => phaseOf(memory, name) === ends);
  } finally {
    show.close();
    stopPods();
    await serving.stop();
    http.close();
  }
}

function aTemplate(address: string): AnalysisTemplate {
  const query = 'sum(rate(http_requests_total{service="{{args.service}}",code=~"5.."}[1m]))';
  const errorRate = {
    name: 'error-rate',
    interval: '1s',
    count: 2,
    successCondition: 'len(result) > 0 && result[0] < 0.05',
    provider: { prometheus: { address, query } },
  };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'error-rate', namespace: NAMESPACE },
    spec: { args: [{ name: 'service' }], metrics: [errorRate] },
  };
}

function aRollout(name: string): Rollout {
  const analysis = { templates: [{ templateName: 'error-rate' }], args: [{ name: 'service', value: name }] };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: { app: name } },
      template: podsOf(name, 1),
      strategy: { canary: { steps: [{ setWeight: 25 }, { analysis }, { setWeight: 50 }, { pause: { duration: 1 } }] } },
    },
  };
}

function podsOf(app: string, version: number): NonNullable<RolloutSpec['template']> {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image: `${app}:${version}` }] } };
}

async function update(memory: MemoryCluster, name: string): Promise<void> {
  await memory.patch('Rollout', { namespace: NAMESPACE, name }, { spec: { template: podsOf(name, 2) } });
}

function rolloutOf(memory: MemoryCluster, name: string): Rollout | undefined {
  return memory.objects('Rollout').find(({ metadata }) => metadata.name === name);
}

function phaseOf(memory: MemoryCluster, name: string): string {
  const { metadata, status } = rolloutOf(memory, name) ?? {};
  return status?.observedGeneration === String(metadata?.generation) ? (status.phase ?? '') : '';
}

/** All pods are of one version, and ready. */
function isOver(memory: MemoryCluster, name: string): boolean {
  const { replicas, availableReplicas } = rolloutOf(memory, name)?.status ?? {};
  const isAtRest = replicas === REPLICAS && availableReplicas === REPLICAS;
  return isAtRest && ['Healthy', 'Degraded'].includes(phaseOf(memory, name));
}

async function until(memory: MemoryCluster, look: () => void, isSo: (memory: MemoryCluster) => boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < LONGEST_MS && !isSo(memory); waitedMs += REDRAW_MS) {
    await sleep(REDRAW_MS);
    look();
  }
}

interface Show {
  readonly look: () => void;
  readonly close: () => void;
}

function treesOf(memory: MemoryCluster, { columns, paint }: Output): string[] {
  const replicaSets = memory.objects('ReplicaSet') as readonly ReplicaSet[];
  const runs = memory.objects('AnalysisRun');
  return memory
    .objects('Rollout')
    .flatMap((rollout, index) => [
      ...(index > 0 ? [''] : []),
      ...rolloutTree({ rollout, replicaSets, runs }, columns(), paint),
    ]);
}

function showTrees(memory: MemoryCluster, output: Output): Show {
  const screen = liveScreen(output);
  return { look: () => screen.draw(treesOf(memory, output)), close: () => screen.close(treesOf(memory, output)) };
}

/** A line for each change of phase, message or step; the trees at the end. */
function showLines(memory: MemoryCluster, output: Output): Show {
  const last = new Map<string, string>();
  const write = (line: string): void => output.write(`${line}\n`);
  return {
    look() {
      for (const { metadata, status } of memory.objects('Rollout')) {
        const { name = '' } = metadata;
        const { phase = '', message = '', currentStepIndex } = status ?? {};
        const step = currentStepIndex === undefined ? '' : `step ${currentStepIndex}`;
        const said = [name, phase, step, message].filter(Boolean).join('  ');
        if (phase !== '' && last.get(name) !== said) write(`${now().toISOString().slice(11, 19)} ${said}`);
        last.set(name, said);
      }
    },
    close: () => ['', ...treesOf(memory, output)].forEach(write),
  };
}
