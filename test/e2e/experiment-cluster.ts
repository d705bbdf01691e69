import type { AnalysisTemplateSpec } from '../../lib/model/analysis-template.ts';
import type { Experiment, ExperimentAnalysis, ExperimentSpec, TemplateSpec } from '../../lib/model/experiment.ts';
import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import { type AnalysisCluster, NAMESPACE } from './analysis-cluster.ts';
import { waitFor } from './servers/wait-for.ts';

/** Experiments in a namespace of an analysis cluster, and what they have there. */
export interface ExperimentCluster {
  create(name: string, spec: ExperimentSpec): Promise<Experiment>;
  /** Rejects where there is none. */
  experiment(name: string): Promise<Experiment>;
  patch(name: string, patch: object): Promise<Experiment>;
  remove(name: string): Promise<void>;
  /** The experiment once `holds` does; 120 s at most. */
  once(name: string, what: string, holds: (experiment: Experiment) => boolean): Promise<Experiment>;
  /** The experiment once it has a verdict. */
  ended(name: string): Promise<Experiment>;
  /** The experiment once nothing is left to do for it. */
  done(name: string): Promise<Experiment>;
  /** What an experiment of this name owns, of one plural: `apps/v1/replicasets`, `v1/services`, …, ordered by name. */
  owned<T extends KubernetesObject>(plural: string, name: string): Promise<readonly T[]>;
  createTemplate(name: string, spec: AnalysisTemplateSpec, scope?: 'namespace' | 'cluster'): Promise<void>;
}

const VERDICTS: ReadonlySet<string> = new Set(['Successful', 'Failed', 'Error', 'Inconclusive']);

/** In the namespace `shop`, unless another is named. */
export function openExperimentCluster({ plane: { api } }: AnalysisCluster, namespace = NAMESPACE): ExperimentCluster {
  const experimentsPath = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/experiments`;
  const experiment = (name: string) => api.call<Experiment>(`${experimentsPath}/${name}`);
  const once: ExperimentCluster['once'] = async (name, what, holds) => {
    let last: Experiment | undefined;
    const look = async () => {
      last = await experiment(name);
      return holds(last) && last;
    };
    try {
      return await waitFor(`experiment ${name} ${what}`, look, { timeoutMs: 120_000, everyMs: 250 });
    } catch (error) {
      const status = JSON.stringify(last?.status, undefined, 1) ?? 'none';
      throw new Error(`${(error as Error).message}; its status is ${status}`, { cause: error });
    }
  };
  return {
    experiment,
    once,
    create: (name, spec) => {
      const body = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', metadata: { name }, spec };
      return api.call(experimentsPath, { method: 'POST', body });
    },
    patch: (name, patch) =>
      api.call(`${experimentsPath}/${name}`, {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: patch,
      }),
    remove: async (name) => void (await api.call(`${experimentsPath}/${name}`, { method: 'DELETE' })),
    ended: (name) => once(name, 'to end', ({ status }) => VERDICTS.has(status?.phase ?? '')),
    done: (name) => once(name, 'to be done', ({ metadata }) => metadata.labels?.['assay.dev/finished'] === 'true'),
    async owned<T extends KubernetesObject>(plural: string, name: string) {
      const [resource = '', ...version] = plural.split('/').toReversed();
      const group = version.length === 1 ? 'api' : 'apis';
      const path = `/${group}/${version.toReversed().join('/')}/namespaces/${namespace}/${resource}`;
      const { items } = await api.call<{ items: readonly T[] }>(path);
      const isOwned = ({ metadata }: T) =>
        metadata.ownerReferences?.some((owner) => owner.kind === 'Experiment' && owner.name === name) === true;
      return items.filter(isOwned).toSorted((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    },
    async createTemplate(name, spec, scope = 'namespace') {
      const isCluster = scope === 'cluster';
      const path = isCluster ? 'clusteranalysistemplates' : `namespaces/${namespace}/analysistemplates`;
      const kind = isCluster ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
      const body = { apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name }, spec };
      await api.call(`/apis/argoproj.io/v1alpha1/${path}`, { method: 'POST', body });
    },
  };
}

/** Pods that run until they are removed. */
export function aPodTemplate(
  name: string,
  { image = 'app:1', ...more }: Partial<TemplateSpec> & { image?: string } = {},
) {
  const labels = { app: 'guestbook', track: name };
  const containers = [{ name: 'main', image, ports: [{ name: 'http', containerPort: 8080 }] }];
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers } };
  return { name, selector: { matchLabels: labels }, template, ...more } satisfies TemplateSpec;
}

/** A template that measures once, with a Job. */
export function aJobTemplate(
  command: readonly string[],
  args: AnalysisTemplateSpec['args'] = [],
): AnalysisTemplateSpec {
  const containers = [{ name: 'main', image: 'tool:1', command }];
  const template = { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers } };
  return { args, metrics: [{ name: 'job', provider: { job: { spec: { backoffLimit: 0, template } } } }] };
}

export function anAnalysis(templateName: string, more: Partial<ExperimentAnalysis> = {}): ExperimentAnalysis {
  return { name: templateName, templateName, ...more };
}
