import type { Inspection, JsonSchema } from '../clusters/api/inspect.ts';
import { fieldAt, fieldNames } from '../model/fields.ts';
import { RESOURCES, type ResourceKind } from '../model/resources.ts';
import { type SchemaKind, SCHEMAS } from '../model/schemas.ts';
import type { CheckResult } from './check-result.ts';

const KINDS = Object.keys(SCHEMAS) as SchemaKind[];
const APPLY = 'Install the CRDs: `assay manifests --cluster NAME | kubectl apply --server-side -f -`.';
const UPGRADE = 'Bring the CRDs up to date: `assay manifests --cluster NAME | kubectl apply --server-side -f -`.';

/**
 * Whether the cluster knows the resources, in the version and with the fields that Assay uses; one result a kind.
 * Rollouts are asked for where they are looked after.
 */
export async function checkResources(
  inspection: Inspection,
  { rollouts = false }: { readonly rollouts?: boolean | undefined } = {},
): Promise<CheckResult[]> {
  const groupVersion = RESOURCES.AnalysisRun.apiVersion;
  const [served, schemas] = await Promise.all([inspection.resources(groupVersion), inspection.schemas(groupVersion)]);
  const expected = KINDS.filter((kind) => kind !== 'Rollout' || rollouts);
  return expected.map((kind): CheckResult => {
    const { plural, apiVersion } = RESOURCES[kind];
    const about = { area: 'resources', subject: `${plural}.${apiVersion}` } as const;
    if (!served?.has(plural)) return { ...about, status: 'fail', message: 'the CRD is not installed', mend: APPLY };
    const misplaced = findMisplacedStatus(kind, served);
    if (misplaced) return { ...about, status: 'fail', ...misplaced };
    const missing = missingFields(kind, schemas?.get(kind));
    if (missing === undefined) {
      return { ...about, status: 'warn', message: 'served, without a schema: mistakes are not refused', mend: UPGRADE };
    }
    if (missing.length === 0) return { ...about, status: 'ok', message: 'served, with a schema that has every field' };
    const message = `served, but older: the API server drops ${missing.join(', ')}`;
    return { ...about, status: missing.some(isStatus) ? 'fail' : 'warn', message, mend: UPGRADE };
  });
}

/** Whether the CRD wants its status written in another place than Assay writes it to; undefined: it does not. */
export function findMisplacedStatus(
  kind: ResourceKind,
  served: ReadonlySet<string>,
): Pick<CheckResult, 'message' | 'mend'> | undefined {
  const { plural, status } = RESOURCES[kind];
  const has = served.has(`${plural}/status`);
  if (has === (status === 'subresource')) return undefined;
  return has
    ? {
        message: 'the CRD has a status subresource: the statuses that Assay writes would be dropped',
        mend: 'Install the CRD of Assay or of Argo Rollouts, which has none.',
      }
    : {
        message: 'the CRD has no status subresource, which is where Assay writes statuses to',
        mend: 'Install the CRD of Assay or of Argo Rollouts, which has one.',
      };
}

const isStatus = (path: string): boolean => path.startsWith('status');

/** What Assay's schema has in `spec` and `status` and the published one has not; undefined where that says nothing. */
function missingFields(kind: SchemaKind, published: JsonSchema | undefined): string[] | undefined {
  if (!published?.properties?.['spec']?.properties) return undefined;
  return ['spec', 'status'].flatMap((part) => {
    const known = fieldNames(fieldAt(SCHEMAS[kind], [part]));
    const theirs = published.properties?.[part];
    if (known.length === 0 || keepsAnything(published) || (theirs && keepsAnything(theirs))) return [];
    if (!theirs?.properties) return [part];
    const has = theirs.properties;
    return known.filter((field) => !Object.hasOwn(has, field)).map((field) => `${part}.${field}`);
  });
}

function keepsAnything(schema: JsonSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}
