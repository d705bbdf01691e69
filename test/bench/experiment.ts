import { advanceExperiment } from '../../lib/experiment/advance.ts';
import type { SeenExperiment } from '../../lib/experiment/seen.ts';
import type { ReplicaSet } from '../../lib/workload/replica-set.ts';
import type { Experiment, TemplateSpec } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { aClusterTemplate, aRun, aTemplate, aTemplateSpec, anExperiment } from '../builders.ts';
import type { Figure } from './figures.ts';

const NOW = new Date('2026-11-05T11:00:00Z');
const ROUNDS = 1_000;

/** Times whole decisions on an experiment of ten templates and five analyses, at each stage of its life. */
export function benchExperiment(): Figure[] {
  const experiment = aLargeExperiment();
  const begun = seenAs(experiment, { replicaSets: [], services: [] });
  const [available, objects] = grown(experiment, begun);
  const running = grownRuns(available);
  const crowd = Array.from({ length: 1_000 }, (_, index) => aForeignReplicaSet(index));
  const steady = seenAs(running, objects);
  return [
    { name: 'begin 10 templates, 5 analyses', figure: medianUs(begun), unit: 'µs', limit: 1_000 },
    { name: 'start the analyses', figure: medianUs(seenAs(available, objects)), unit: 'µs', limit: 1_000 },
    { name: 'look at it while it runs', figure: medianUs(steady), unit: 'µs', limit: 200 },
    {
      name: 'the same among 1,000 ReplicaSets of others',
      figure: medianUs({ ...steady, replicaSets: [...crowd, ...steady.replicaSets] }),
      unit: 'µs',
      limit: 1_000,
    },
  ];
}

/** The median of a decision, in microseconds. */
function medianUs(seen: SeenExperiment): number {
  for (let round = 0; round < ROUNDS / 4; round += 1) advanceExperiment(seen, NOW);
  const times = Array.from({ length: ROUNDS }, () => {
    const began = process.hrtime.bigint();
    advanceExperiment(seen, NOW);
    return Number(process.hrtime.bigint() - began) / 1_000;
  });
  return times.toSorted((left, right) => left - right)[Math.floor(ROUNDS / 2)] ?? Infinity;
}

function aLargeExperiment(): Experiment {
  const templates = Array.from({ length: 10 }, (_, index) => aLargeTemplate(`template-${index}`));
  const analyses = Array.from({ length: 5 }, (_, index) => ({
    name: `analysis-${index}`,
    templateName: 'success-rate',
    clusterScope: index % 2 === 1,
    args: [{ name: 'hash', value: `{{templates.template-${index}.podTemplateHash}}` }],
  }));
  return anExperiment({ spec: { templates, analyses, duration: '2h' } });
}

function aLargeTemplate(name: string): TemplateSpec {
  const containers = Array.from({ length: 3 }, (_, index) => ({
    name: `container-${index}`,
    image: `registry.example.com/${name}:${index}`,
    ports: [{ name: 'http', containerPort: 8080 + index }],
    env: Array.from({ length: 20 }, (_entry, nth) => ({ name: `NAME_${nth}`, value: `value ${nth}` })),
    resources: { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '0.25', memory: '512Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 5 },
  }));
  return aTemplateSpec({
    name,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers } },
    service: {},
  });
}

type Objects = Pick<SeenExperiment, 'replicaSets' | 'services'>;

function seenAs(object: Experiment, { replicaSets, services }: Objects): SeenExperiment {
  const args = [{ name: 'hash' }];
  const run = aRun({ status: { phase: 'Running' } });
  return {
    object,
    replicaSets,
    services,
    runs: new Map((object.spec.analyses ?? []).map(({ name }) => [`guestbook-compare-${name}`, { object: run }])),
    templates: {
      template: () => aTemplate({ spec: { args } }),
      clusterTemplate: () => aClusterTemplate({ spec: { args } }),
    },
  };
}

/** The experiment once all its pods are available, and what it has in the cluster then. */
function grown(experiment: Experiment, seen: SeenExperiment): [Experiment, Objects] {
  const first = advanceExperiment(seen, NOW);
  const replicaSets = created(first.changes).map((object) => ({
    ...object,
    spec: { ...(object as ReplicaSet).spec, replicas: 1 },
    status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
  }));
  const second = advanceExperiment({ ...seen, object: { ...experiment, status: first.status }, replicaSets }, NOW);
  return [
    { ...experiment, status: second.status },
    { replicaSets, services: created(second.changes) },
  ];
}

function grownRuns(experiment: Experiment): Experiment {
  const analysisRuns = (experiment.spec.analyses ?? []).map(({ name }) => ({
    name,
    analysisRun: `guestbook-compare-${name}`,
    phase: 'Running' as const,
  }));
  return { ...experiment, status: { ...experiment.status, analysisRuns } };
}

function created(changes: ReturnType<typeof advanceExperiment>['changes']): KubernetesObject[] {
  return changes.flatMap((change) => (change.verb === 'create' ? [change.object] : []));
}

function aForeignReplicaSet(index: number): ReplicaSet {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: `shop-${index}`, uid: `${index}`, controller: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `shop-${index}-6fd5`, namespace: 'shop', ownerReferences: [owner] },
  };
}
