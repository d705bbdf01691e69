import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { TemplateReference } from './references.ts';

export type AnyTemplate = AnalysisTemplate | ClusterAnalysisTemplate;

/** The templates of a set of files. */
export interface TemplateIndex {
  /** What a reference of an object in `namespace` leads to. A file that names no namespace may mean any. */
  readonly find: (
    reference: Pick<TemplateReference, 'name' | 'clusterScope'>,
    namespace: string,
  ) => AnyTemplate | undefined;
  /** The names that such references could have had. */
  readonly names: (clusterScope: boolean) => Iterable<string>;
}

export function indexTemplates(templates: Iterable<AnyTemplate>): TemplateIndex {
  const [ofNamespace, ofCluster] = [new Map<string, AnyTemplate[]>(), new Map<string, AnyTemplate[]>()];
  for (const template of templates) {
    const map = template.kind === 'AnalysisTemplate' ? ofNamespace : ofCluster;
    const name = template.metadata.name ?? '';
    const known = map.get(name);
    if (known) known.push(template);
    else map.set(name, [template]);
  }
  return {
    find({ name, clusterScope }, namespace) {
      if (clusterScope) return ofCluster.get(name)?.[0];
      const found = ofNamespace.get(name);
      const exact = found?.find(({ metadata }) => (metadata.namespace ?? '') === namespace);
      return exact ?? found?.find(({ metadata }) => !metadata.namespace || namespace === '');
    },
    names: (clusterScope) => (clusterScope ? ofCluster : ofNamespace).keys(),
  };
}
