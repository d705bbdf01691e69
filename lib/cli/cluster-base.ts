import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const read = (name: string): string => readFileSync(new URL(`../../infra/cluster/${name}`, import.meta.url), 'utf8');
const { resources } = parse(read('kustomization.yaml')) as { readonly resources: readonly string[] };

/**
 * The texts of what infra/cluster/kustomization.yaml lists, in its order. The bundle stands alone: infra/build.ts puts
 * the texts there in place of this file.
 */
export const CLUSTER_BASE: readonly string[] = resources.map(read);

/** What a cluster installs beside it where Rollouts are looked after. */
export const ROLLOUTS_BASE: readonly string[] = [
  'crds/rollouts.yaml',
  'rbac-rollouts.yaml',
  'webhook-rollouts.yaml',
].map(read);

/** What lets Assay's own identity see which versions are installed. */
export const STATUS_BASE: readonly string[] = [read('rbac-status.yaml')];
