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

/** Promises the CRDs in files of a Go module, as its authors have published them: all, or those that are named. */
export async function publishedCrds(
  { module, version, files }: { readonly module: string; readonly version: string; readonly files: readonly string[] },
  names?: readonly string[],
): Promise<readonly CustomResource[]> {
  const folder = await goModuleFolder(module, version);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  // A file may have a megabyte: only what is wanted is parsed.
  const isWanted = (part: string) => names === undefined || names.some((name) => part.includes(`name: ${name}\n`));
  const parts = texts.flatMap((text) => text.split(/^---$/m)).filter(isWanted);
  const crds = parts.flatMap((part) => parseAllDocuments(part).map((document) => document.toJS() as CustomResource));
  const missing = (names ?? []).filter((name) => !crds.some(({ metadata }) => metadata.name === name));
  if (missing.length > 0) throw new Error(`${module}@${version} has no CRDs ${missing.join(', ')}`);
  return crds.filter((crd) => crd?.kind === 'CustomResourceDefinition');
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
