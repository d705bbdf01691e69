import { isObject } from '../model/is-object.ts';
import type { Keys } from '../model/problem.ts';
import { type EditedResource, objectsAt, textOf } from './resource.ts';
import type { KnownTemplate, TemplateRef, Workspace } from './workspace.ts';
import { valueAt } from './yaml-source.ts';

/** What the field at `path` refers to, if it is the name of a template: in a template, an Experiment or a Rollout. */
export function templateRefAt(resource: EditedResource, path: Keys): TemplateRef | undefined {
  if (path.at(-1) !== 'templateName') return undefined;
  return refFrom(valueAt(resource.value, path.slice(0, -1)), resource.namespace);
}

/** The template whose arguments an item of `args` in an Experiment's or a Rollout's analysis sets. */
export function templateOfArguments(resource: EditedResource, path: Keys): TemplateRef | undefined {
  const at = path.lastIndexOf('args');
  const owner = at < 0 ? undefined : valueAt(resource.value, path.slice(0, at));
  const own = refFrom(owner, resource.namespace);
  if (own !== undefined) return own;
  const [first] = objectsAt(owner, ['templates']);
  return first && refFrom(first[1], resource.namespace);
}

function refFrom(owner: unknown, namespace: string): TemplateRef | undefined {
  if (!isObject(owner) || typeof owner['templateName'] !== 'string') return undefined;
  return { name: owner['templateName'], isCluster: owner['clusterScope'] === true, namespace };
}

/** The templates that a template takes further metrics and arguments from. */
function refsOf(resource: EditedResource): TemplateRef[] {
  return objectsAt(resource.value, ['spec', 'templates']).flatMap(
    ([, item]) => refFrom(item, resource.namespace) ?? [],
  );
}

/** An argument that is declared in a template or run. */
export interface Declaration extends KnownTemplate {
  readonly name: string;
  /** The way to it from the top of its document. */
  readonly keys: Keys;
  readonly argument: Readonly<Record<string, unknown>>;
}

/** The arguments that stand in `spec.args` of one resource. */
export function declaredIn({ text, resource }: KnownTemplate): Declaration[] {
  return objectsAt(resource.value, ['spec', 'args']).map(([index, argument]) => ({
    text,
    resource,
    name: textOf(argument['name']),
    keys: [...resource.root, 'spec', 'args', index],
    argument,
  }));
}

/**
 * The arguments that `{{args.<name>}}` in a resource may mean: its own ones, then those of the templates that it names,
 * and of those that name it, since they are put together before anything is measured.
 */
export function declarationsFor(asked: KnownTemplate, workspace: Workspace): Declaration[] {
  const seen = new Set<EditedResource>();
  const pending: KnownTemplate[] = [asked, ...usersOf(asked, workspace)];
  const found: Declaration[] = [];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if (seen.has(next.resource)) continue;
    seen.add(next.resource);
    found.push(...declaredIn(next));
    pending.push(...refsOf(next.resource).flatMap((ref) => workspace.find(ref)));
  }
  return found;
}

function usersOf({ resource }: KnownTemplate, workspace: Workspace): KnownTemplate[] {
  return workspace
    .templatesNaming(resource.name)
    .filter((user) =>
      refsOf(user.resource).some((ref) => workspace.find(ref).some((found) => found.resource === resource)),
    );
}
