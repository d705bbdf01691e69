import { join } from 'node:path';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { waitFor } from './wait-for.ts';

const CRDS = join(import.meta.dirname, '../../../infra/cluster/crds');

/** What the next file is not to find, by the path of its group and version. Owners come first. */
const NAMESPACED = {
  '/apis/argoproj.io/v1alpha1': ['rollouts', 'experiments', 'analysisruns', 'analysistemplates'],
  '/apis/batch/v1': ['jobs'],
  '/apis/apps/v1': ['deployments', 'replicasets'],
  '/apis/rbac.authorization.k8s.io/v1': ['rolebindings', 'roles'],
  '/api/v1': ['pods', 'services', 'secrets', 'configmaps', 'events'],
};
const OF_CLUSTER = [
  '/apis/argoproj.io/v1alpha1/clusteranalysistemplates',
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  '/api/v1/nodes',
];
/** What controllers make anew as long as somebody else's is there. */
const SETTLING = [
  '/apis/argoproj.io/v1alpha1/analysisruns',
  '/apis/batch/v1/jobs',
  '/apis/apps/v1/replicasets',
  '/api/v1/pods',
];
/** Everything else is the file's own, and goes. */
const LASTING = /^(default|kube-.*|assay-system|shop)$/;

interface Listed {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly namespace?: string } }[];
}

let shared: Promise<ControlPlane> | undefined;

/**
 * The control plane of this worker, with controllers and Assay's CRDs; started for the first file that wants it, ended with
 * the process. Files of a worker come one after the other, so each has it for itself; `stop` empties it for the next one.
 *
 * For tests that neither stop or compact it nor change CRDs, users, or what roles may do: those start their own.
 */
export async function borrowControlPlane(): Promise<ControlPlane> {
  shared ??= startControlPlane({ controllers: true, crdFolder: CRDS });
  const plane = await shared.catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return {
    ...plane,
    stopApiServer: refuse,
    killApiServer: refuse,
    startApiServer: refuse,
    compact: refuse,
    async stop() {
      await empty(plane).catch(async (error: unknown) => {
        // Nobody is to find what was left: the next file gets another one.
        shared = undefined;
        await plane.stop();
        throw error;
      });
    },
  };
}

async function refuse(): Promise<never> {
  throw new Error('this control plane is shared: start one of your own');
}

/** Deletes what a file has left; resolves when nothing is under way any more. */
async function empty(plane: ControlPlane): Promise<void> {
  const { api } = plane;
  for (const path of OF_CLUSTER) await deleteAll(plane, path);
  const { items } = await api.call<Listed>('/api/v1/namespaces');
  const names = items.map(({ metadata }) => metadata.name).filter((name) => !name.startsWith('kube-'));
  const isSettled = async (): Promise<boolean> => {
    const left = await Promise.all(SETTLING.map(async (path) => api.call<Listed>(`${path}?limit=1`)));
    return left.every((list) => list.items.length === 0);
  };
  const sweep = async (): Promise<void> => {
    for (const name of names) {
      for (const [group, resources] of Object.entries(NAMESPACED)) {
        for (const resource of resources) await deleteAll(plane, `${group}/namespaces/${name}/${resource}`);
      }
    }
  };
  await waitFor('the control plane to be empty', async () => {
    await sweep();
    return isSettled();
  });
  // It goes some seconds later, with nothing in it.
  for (const name of names.filter((one) => !LASTING.test(one))) await deleteAll(plane, `/api/v1/namespaces/${name}`);
}

async function deleteAll({ api }: ControlPlane, path: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, propagationPolicy: 'Background' };
  const { status } = await api.send(path, { method: 'DELETE', body });
  // A namespace that is on its way already answers with a conflict.
  if (status >= 400 && status !== 404 && status !== 409) throw new Error(`DELETE ${path}: ${status}`);
}
