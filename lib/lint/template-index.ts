import type { AnalysisTemplate, ClusterAnalysisTemplate } from '../model/analysis-template.ts';
import type { TemplateReference } from './references.ts';

export type AnyTemplate = AnalysisTemplate | ClusterAnalysisTemplate;

export interface TemplateInFile {
  readonly template: AnyTemplate;
  readonly file: string;
}

/** Who refers: templates of its own namespace, and of its own file, are meant before others. */
export interface Place {
  readonly namespace: string;
  readonly file: string;
}

/** The templates of a set of files. */
export interface TemplateIndex {
  /**
   * What a reference leads to; more than one where files that nobody applies together have templates of one name. A file
   * that names no namespace may mean any.
   */
  readonly find: (reference: Pick<TemplateReference, 'name' | 'clusterScope'>, from: Place) => readonly AnyTemplate[];
  /** The names that such references could have had. */
  readonly names: (clusterScope: boolean) => Iterable<string>;
}

export function indexTemplates(templates: Iterable<TemplateInFile>): TemplateIndex {
  const [ofNamespace, ofCluster] = [new Map<string, TemplateInFile[]>(), new Map<string, TemplateInFile[]>()];
  for (const entry of templates) {
    const map = entry.template.kind === 'AnalysisTemplate' ? ofNamespace : ofCluster;
    const name = entry.template.metadata.name ?? '';
    const known = map.get(name);
    if (known) known.push(entry);
    else map.set(name, [entry]);
  }
  return {
    find({ name, clusterScope }, { namespace, file }) {
      const all = (clusterScope ? ofCluster : ofNamespace).get(name) ?? [];
      const fitting = clusterScope ? all : inNamespace(all, namespace);
      const near = fitting.filter((entry) => entry.file === file);
      return (near.length > 0 ? near : fitting).map(({ template }) => template);
    },
    names: (clusterScope) => (clusterScope ? ofCluster : ofNamespace).keys(),
  };
}

function inNamespace(all: readonly TemplateInFile[], namespace: string): readonly TemplateInFile[] {
  const exact = all.filter(({ template }) => (template.metadata.namespace ?? '') === namespace);
  if (exact.length > 0) return exact;
  return all.filter(({ template }) => !template.metadata.namespace || namespace === '');
}
