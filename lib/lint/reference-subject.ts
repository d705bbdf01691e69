import type { Argument } from '../model/analysis-run.ts';
import { isAbsent } from '../model/empty.ts';
import type { Reference, TemplateReference } from './references.ts';
import type { AnyTemplate, Place, TemplateIndex } from './template-index.ts';

/** What refers to templates, and what that leads to in the files at hand. */
export interface ReferenceSubject extends Reference {
  /** Of what refers. */
  readonly kind: string;
  readonly name: string;
  /** Where it is a template that refers: that template. */
  readonly own: AnyTemplate | undefined;
  /** The templates that are there, those that they refer to included; each once. */
  readonly found: readonly AnyTemplate[];
  /** The same for each of `templates`. */
  readonly parts: readonly (readonly AnyTemplate[])[];
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
export interface Referrer extends Place {
  readonly kind: string;
  readonly name: string;
}

/** Follows a reference through the files. */
export function referenceSubject(
  reference: Reference,
  { kind, name, ...place }: Referrer,
  index: TemplateIndex,
  isAll: boolean,
): ReferenceSubject {
  const own = kind.endsWith('Template')
    ? index.find({ name, clusterScope: kind.startsWith('Cluster') }, place)[0]
    : undefined;
  const walks = reference.templates.map((template) => follow(template, own ? [own] : [], { index, place }));
  const parts = walks.map(({ found }) => [...found]);
  return {
    ...reference,
    kind,
    name,
    own,
    found: [...new Set(parts.flat())],
    parts,
    missing: reference.templates.filter((template) => index.find(template, place).length === 0),
    isComplete: walks.every(({ isComplete }) => isComplete),
    circle: walks.find(({ circle }) => circle)?.circle,
    names: index.names,
    isAll,
  };
}

/** Nobody nests templates so deep; a walk ends somewhere. */
const DEEPEST = 100;

interface Walk {
  readonly found: Set<AnyTemplate>;
  isComplete: boolean;
  circle: readonly string[] | undefined;
}

type Target = Pick<TemplateReference, 'name' | 'clusterScope'>;

/** All that a template leads to, itself included. */
function follow(
  start: Target,
  before: readonly AnyTemplate[],
  { index, place }: { readonly index: TemplateIndex; readonly place: Place },
): Walk {
  const walk: Walk = { found: new Set(), isComplete: true, circle: undefined };
  const visit = (target: Target, path: readonly AnyTemplate[]): void => {
    const [template, other] = index.find(target, place);
    // Of several it is not known which one is meant.
    if (template === undefined || other !== undefined || path.length > DEEPEST) {
      walk.isComplete = false;
    } else if (path.includes(template)) {
      walk.circle ??= [...path.slice(path.indexOf(template)), template].map(({ metadata }) => metadata.name ?? '');
    } else if (!walk.found.has(template)) {
      walk.found.add(template);
      for (const { templateName = '', clusterScope = false } of template.spec.templates ?? []) {
        visit({ name: templateName, clusterScope }, [...path, template]);
      }
    }
  };
  visit(start, before);
  return walk;
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
