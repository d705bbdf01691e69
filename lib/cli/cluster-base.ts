import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const read = (name: string): string => readFileSync(new URL(`../../infra/cluster/${name}`, import.meta.url), 'utf8');
const { resources } = parse(read('kustomization.yaml')) as { readonly resources: readonly string[] };

/**
 * The texts of what infra/cluster/kustomization.yaml lists, in its order. The bundle stands alone: infra/build.ts puts
 * the texts there in place of this file.
 */
export const CLUSTER_BASE: readonly string[] = resources.map(read);

/** What comes to it where Rollouts are looked after: their CRD, more rights, more to tell. */
export const CLUSTER_ROLLOUTS: readonly string[] = [
  'crds/rollouts.yaml',
  'rbac-rollouts.yaml',
  'webhook-rollouts.yaml',
].map(read);
