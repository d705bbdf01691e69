import type { Template, TemplateSource } from '../analysis/templates.ts';
import type { AnalysisTemplateRef } from '../model/analysis-template.ts';
import { AssayError } from '../model/errors.ts';
import type { Cluster } from '../model/cluster.ts';

/**
 * Templates, and with `isNested` those that they refer to, each read once; circles are the decision's to find.
 * @throws AssayError if one cannot be read
 */
export async function readTemplates(
  cluster: Cluster,
  namespace: string,
  refs: readonly AnalysisTemplateRef[],
  isNested: boolean,
): Promise<TemplateSource> {
  const found = new Map<string, Template | undefined>();
  for (let next = refs; next.length > 0;) {
    const unread = new Map(next.map((ref) => [keyOf(ref), ref] as const).filter(([key]) => !found.has(key)));
    const read = await Promise.all([...unread.values()].map((ref) => readTemplate(cluster, namespace, ref)));
    [...unread.keys()].forEach((key, index) => found.set(key, read[index]));
    next = isNested ? read.flatMap((template) => template?.spec.templates ?? []) : [];
  }
  return {
    template: (templateName) => found.get(keyOf({ templateName })),
    clusterTemplate: (templateName) => found.get(keyOf({ templateName, clusterScope: true })),
  };
}

function keyOf({ templateName = '', clusterScope = false }: AnalysisTemplateRef): string {
  return `${clusterScope}/${templateName}`;
}

async function readTemplate(
  cluster: Cluster,
  namespace: string,
  { templateName: name = '', clusterScope = false }: AnalysisTemplateRef,
): Promise<Template | undefined> {
  try {
    if (clusterScope) return await cluster.get('ClusterAnalysisTemplate', { name });
    return await cluster.get('AnalysisTemplate', { namespace, name });
  } catch (error) {
    // A name that no object can have.
    if (error instanceof AssayError && error.code === 'ASSAY_CLUSTER_REFUSED') return undefined;
    throw error;
  }
}
