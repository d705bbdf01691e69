import type { KubernetesObject } from '../../lib/model/kubernetes.ts';
import type { Rollout } from '../../lib/model/rollout.ts';
import { albReferences } from '../../lib/rollout/routers/alb-references.ts';
import { ambassadorReferences } from '../../lib/rollout/routers/ambassador-references.ts';
import { routerProblem } from '../../lib/rollout/routers/app-mesh-references.ts';
import { istioReferences } from '../../lib/rollout/routers/istio-references.ts';
import { nginxReferences } from '../../lib/rollout/routers/nginx-references.ts';
import type { FindRouted, Routed, RoutedObject, RouterReferences } from '../../lib/rollout/routers/router.ts';
import { differ } from './analysis-compare.ts';

export interface ReferencesVector {
  readonly router: string;
  readonly rollout: Rollout;
  readonly objects: readonly KubernetesObject[];
  readonly errors: readonly string[];
  /** Argo breaks down over these objects; whatever is said of them is better. */
  readonly panic?: string;
}

const REFERENCES: Readonly<Record<string, RouterReferences>> = {
  alb: albReferences,
  ambassador: ambassadorReferences,
  istio: istioReferences,
  nginx: nginxReferences,
};

/** The first problem is the one that is told. The vectors leave out whether objects are there. */
export function replayReferences(vector: ReferencesVector): string | undefined {
  const { errors, panic } = vector;
  const got = findProblem(vector);
  return panic === undefined ? differ('first error', errors[0], got) : undefined;
}

function findProblem({ router, rollout, objects }: ReferencesVector): string | undefined {
  // Of App Mesh there are the virtual routers alone.
  if (router === 'appmesh') return objects.map(routerProblem).find((problem) => problem !== undefined);
  const references = REFERENCES[router];
  if (references === undefined) throw new Error(`unknown router ${router}`);
  const find: FindRouted = (wanted) => objects.find((object) => isIt(object, wanted));
  const findAny: FindRouted = (wanted) => find(wanted) ?? anObject(wanted);
  const misnamed = router === 'ambassador' ? undefined : references.findMissing(rollout, findAny);
  return misnamed ?? references.check(rollout, find);
}

function isIt({ kind, metadata }: KubernetesObject, wanted: Routed): boolean {
  return kind === wanted.kind && metadata.name === wanted.name && metadata.namespace === wanted.namespace;
}

function anObject({ kind, namespace, name }: Routed): RoutedObject {
  return { apiVersion: 'v1', kind, metadata: { namespace, name } };
}
