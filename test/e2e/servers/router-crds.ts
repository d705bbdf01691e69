import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { goModuleFolder } from './go-module.ts';

/** A CRD as somebody wrote it. */
export interface CustomResource {
  readonly apiVersion: string;
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}

/** Promises the named ones of the CRDs in a file of a Go module, as its authors have published them. */
export async function publishedCrds(
  { module, version, file }: { readonly module: string; readonly version: string; readonly file: string },
  names: readonly string[],
): Promise<readonly CustomResource[]> {
  const text = await readFile(join(await goModuleFolder(module, version), file), 'utf8');
  // A file may have a megabyte: only what is wanted is parsed.
  const parts = text.split(/^---$/m).filter((part) => names.some((name) => part.includes(`name: ${name}\n`)));
  const crds = parts.flatMap((part) => parseAllDocuments(part).map((document) => document.toJS() as CustomResource));
  const missing = names.filter((name) => !crds.some(({ metadata }) => metadata.name === name));
  if (missing.length > 0) throw new Error(`${module}@${version} has no CRDs ${missing.join(', ')} in ${file}`);
  return crds;
}

/** A CRD of ours in place of one that cannot be had, or that no server takes any more: its objects may hold anything. */
export function minimalCrd(group: string, version: string, kind: string, plural: string): CustomResource {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const openAPIV3Schema = { type: 'object', properties: { spec: anything, status: anything } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}
