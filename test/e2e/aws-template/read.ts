import type { Template } from '../servers/aws/template.ts';

/** Settings of a resource, or of a part of one. */
export type Properties = Readonly<Record<string, unknown>>;

/** The resource of that logical name. */
export function propertiesOf(template: Template, name: string): Properties {
  const resource = template.Resources[name];
  if (!resource) throw new Error(`the template has no ${name}`);
  return resource.Properties ?? {};
}

/** The logical names of all resources of a type, sorted. */
export function namesOf(template: Template, type: string): string[] {
  const all = Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
  return all.map(([name]) => name).toSorted();
}

/** A value as one reads it: `Queue` for a reference, `Queue.Arn` for an attribute, the text of a substitution. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, of] = ['', undefined]] = Object.entries(value);
  if (key === 'Ref' || key === 'Fn::Sub') return String(of);
  if (key === 'Fn::GetAtt' && Array.isArray(of)) return of.join('.');
  return JSON.stringify(value);
}

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal?: string | Readonly<Record<string, unknown>>;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A policy statement as one line. */
export function shownStatement({ Effect, Principal, Action, Resource, Condition = {} }: Statement): string {
  const who =
    typeof Principal === 'object' ? Object.entries(Principal).map(([kind, of]) => `${kind} ${shown(of)}`) : Principal;
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, of]) => ` if ${key} ${operator} ${shown(of)}`),
  );
  return `${Effect}${who ? ` ${String(who)}:` : ''} ${shown(Action)} on ${shown(Resource)}${conditions.join('')}`;
}

/** The statements of a policy document, in their order. */
export function shownStatements(document: unknown): string[] {
  return (document as { readonly Statement: readonly Statement[] }).Statement.map(shownStatement);
}
