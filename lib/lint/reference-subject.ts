import type { Argument } from '../model/analysis-run.ts';
import { isAbsent } from '../model/empty.ts';
import type { Reference, TemplateReference } from './references.ts';
import type { AnyTemplate, TemplateIndex } from './template-index.ts';

/** What refers to templates, and what that leads to in the files at hand. */
export interface ReferenceSubject extends Reference {
  /** Of what refers. */
  readonly kind: string;
  readonly name: string;
  /** Where it is a template that refers: that template. */
  readonly own: AnyTemplate | undefined;
  /** The templates that are there, those that they refer to included; each once. */
  readonly found: readonly AnyTemplate[];
  /** Of `templates`, those that are not in the files. */
  readonly missing: readonly TemplateReference[];
  /** Whether everything that it leads to is in the files. */
  readonly isComplete: boolean;
  /** Names of templates that lead back to themselves: `a, b, a`. */
  readonly circle: readonly string[] | undefined;
  /** The names of the templates in the files, by scope. */
  readonly names: TemplateIndex['names'];
  /** Whether the files are all that there is. */
  readonly isAll: boolean;
}

/** What an object is called, and where it is. */
export interface Referrer {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Follows a reference through the files. */
export function referenceSubject(
  reference: Reference,
  { kind, name, namespace }: Referrer,
  index: TemplateIndex,
  isAll: boolean,
): ReferenceSubject {
  const found = new Set<AnyTemplate>();
  let isComplete = true;
  let circle: readonly string[] | undefined;
  const follow = (ref: Pick<TemplateReference, 'name' | 'clusterScope'>, path: readonly AnyTemplate[]) => {
    const template = index.find(ref, namespace);
    if (template === undefined) {
      isComplete = false;
      return;
    }
    if (path.includes(template)) {
      circle ??= [...path.slice(path.indexOf(template)), template].map(({ metadata }) => metadata.name ?? '');
      return;
    }
    if (found.has(template)) return;
    found.add(template);
    for (const next of template.spec.templates ?? []) {
      if (isAbsent(next)) continue;
      follow({ name: next.templateName ?? '', clusterScope: next.clusterScope ?? false }, [...path, template]);
    }
  };
  const own = kind.endsWith('Template')
    ? index.find({ name, clusterScope: kind.startsWith('Cluster') }, namespace)
    : undefined;
  for (const template of reference.templates) follow(template, own ? [own] : []);
  const missing = reference.templates.filter((template) => index.find(template, namespace) === undefined);
  return { ...reference, kind, name, own, found: [...found], missing, isComplete, circle, names: index.names, isAll };
}

/** The arguments that templates declare together; a default of any is a default of all. */
export function declaredArguments(templates: readonly AnyTemplate[]): ReadonlyMap<string, Argument> {
  const declared = new Map<string, Argument>();
  for (const arg of templates.flatMap(({ spec }) => spec.args ?? [])) {
    const before = declared.get(arg.name);
    if (before === undefined || (isAbsent(before.value) && isAbsent(before.valueFrom))) declared.set(arg.name, arg);
  }
  return declared;
}
