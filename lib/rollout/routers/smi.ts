import { isObject } from '../../model/is-object.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import type { Rollout } from '../../model/rollout.ts';
import type { WeightDestination } from '../../model/rollout-status.ts';
import { parseQuantity } from '../../workload/quantity.ts';
import { StepFailure } from '../../workload/step-failure.ts';
import { ownerReference } from '../targets.ts';
import { isControlledBy } from '../versions.ts';
import { type Routed, type RoutedObject, type Router, type Routing, WEIGHTS_ALONE } from './router.ts';

const GROUP = 'split.smi-spec.io';

/** Of TrafficSplits. The first version has quantities for weights, the third none of the matches. */
type SmiVersion = string;

/**
 * Service Mesh Interface: a TrafficSplit of its own, which divides the traffic of a root Service.
 * @source rollout/trafficrouting/smi/smi.go of argoproj/argo-rollouts
 */
export const smi: Router = {
  ...WEIGHTS_ALONE,
  type: 'SMI',

  needs: (rollout) => [trafficSplit(rollout)],

  setWeight(routing, weight, additional) {
    const { rollout } = routing;
    const apiVersion = routing.apiVersionOf('TrafficSplit');
    const version: SmiVersion = apiVersion.slice(GROUP.length + 1);
    const object = trafficSplit(rollout);
    const { name, namespace } = object;
    const spec = specOf(rollout, version, weight, additional);
    const before = routing.find(object);
    if (!before) {
      const metadata = { name, namespace, ownerReferences: [ownerReference(rollout)] };
      create(routing, { apiVersion, kind: object.kind, metadata, spec });
      return;
    }
    if (!isControlledBy(before, rollout)) {
      throw new StepFailure(`Rollout does not own TrafficSplit \`${name}\``);
    }
    const after = { ...before, spec: withSpec(before.spec, spec, version) };
    if (mergePatch({ ...before }, { ...after })) routing.replace(before, after);
  },
};

/** Services without a name are left out. */
interface Backend {
  readonly service?: string;
  readonly weight: string | number;
}

interface TrafficSplitSpec {
  readonly service?: string;
  readonly backends: readonly Backend[];
}

function specOf(
  { spec }: Rollout,
  version: SmiVersion,
  weight: number,
  additional: readonly WeightDestination[],
): TrafficSplitSpec {
  const { canaryService = '', stableService = '', trafficRouting } = spec.strategy?.canary ?? {};
  const others = additional.reduce((total, each) => total + each.weight, 0);
  const backend = (service: string, share: number): Backend => ({
    ...(service !== '' && { service }),
    weight: version === 'v1alpha1' ? quantityOf(share) : share,
  });
  const service = trafficRouting?.smi?.rootService || stableService;
  return {
    ...(service !== '' && { service }),
    backends: [
      backend(canaryService, weight),
      ...additional.map(({ serviceName = '', weight: share }) => backend(serviceName, share)),
      backend(stableService, 100 - weight - others),
    ],
  };
}

function withSpec(before: unknown, wanted: TrafficSplitSpec, version: SmiVersion): Readonly<Record<string, unknown>> {
  const { matches, service: _service, ...rest } = isObject(before) ? before : {};
  const isSame = mergePatch({ list: readBackends(rest['backends'], version) }, { list: wanted.backends }) === undefined;
  return {
    ...rest,
    // Traffic that is matched goes where nobody looks after it.
    ...(matches !== undefined && version !== 'v1alpha3' && { matches }),
    ...wanted,
    backends: isSame ? rest['backends'] : wanted.backends,
  };
}

/** As they were written, but for how quantities are. */
function readBackends(backends: unknown, version: SmiVersion): readonly unknown[] {
  return (Array.isArray(backends) ? backends : []).map((backend: unknown) => {
    const { service, weight } = isObject(backend) ? backend : {};
    return {
      ...(service !== undefined && { service }),
      weight: version === 'v1alpha1' ? parseQuantity(weight)?.canonical : weight,
    };
  });
}

/** With decimal exponents: 1000 is `1e3`. */
function quantityOf(weight: number): string {
  return String(weight).replace(/(?:000)+$/, (zeros) => `e${zeros.length}`);
}

function create(routing: Routing, object: RoutedObject): void {
  const { name = '' } = object.metadata;
  try {
    const found = routing.create(object);
    if (found) throw new StepFailure(`trafficsplits.${GROUP} "${name}" already exists`);
  } catch (error) {
    if (error instanceof StepFailure) {
      routing.note('TrafficSplitNotCreated', `TrafficSplit \`${name}\` failed creation: ${error.message}`);
    }
    throw error;
  }
  routing.note('TrafficSplitCreated', `TrafficSplit \`${name}\` created`);
}

function trafficSplit({ metadata, spec }: Rollout): Routed {
  const { trafficSplitName = '' } = spec.strategy?.canary?.trafficRouting?.smi ?? {};
  const name = trafficSplitName || (metadata.name ?? '');
  return { kind: 'TrafficSplit', namespace: metadata.namespace ?? '', name };
}
