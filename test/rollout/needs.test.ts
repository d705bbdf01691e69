import { expect, test } from 'vitest';
import type { RolloutSpec } from '../../lib/model/rollout.ts';
import type { RolloutStatus } from '../../lib/model/rollout-status.ts';
import { needs, type RolloutNeeds, routesOf } from '../../lib/rollout/needs.ts';
import { aRollout } from '../builders.ts';

const NOW = new Date('2026-11-05T10:00:00Z');
const NOTHING: RolloutNeeds = {
  services: [],
  runs: [],
  templates: [],
  routes: [],
  routeLists: [],
  pods: false,
  workload: undefined,
  deployment: undefined,
};

test.each<{
  readonly name: string;
  readonly spec?: Partial<RolloutSpec>;
  readonly status?: RolloutStatus;
  readonly want?: Partial<RolloutNeeds>;
}>([
  { name: 'a plain canary needs nothing beside its own objects' },
  {
    name: 'the Services and routes of a canary with a router',
    spec: {
      strategy: {
        canary: {
          canaryService: 'canary',
          stableService: 'stable',
          trafficRouting: {
            istio: {
              virtualService: { name: 'routes.mesh' },
              destinationRule: { name: 'rule', canarySubsetName: 'canary', stableSubsetName: 'stable' },
            },
          },
        },
      },
    },
    want: {
      services: ['stable', 'canary'],
      routes: [
        { kind: 'VirtualService', namespace: 'mesh', name: 'routes' },
        { kind: 'DestinationRule', namespace: 'shop', name: 'rule' },
      ],
    },
  },
  {
    name: 'the templates of all analyses, and the runs that the status names',
    spec: {
      strategy: {
        canary: {
          analysis: { templates: [{ templateName: 'beside' }] },
          steps: [{ analysis: { templates: [{ templateName: 'at-step', clusterScope: true }] } }],
        },
      },
    },
    status: { canary: { currentStepAnalysisRunStatus: { name: 'run', status: 'Running' } } },
    want: { templates: [{ templateName: 'at-step', clusterScope: true }, { templateName: 'beside' }], runs: ['run'] },
  },
  { name: 'no pods before a restart', spec: { restartAt: '2026-11-05T10:00:00Z' } },
  { name: 'the pods for a restart', spec: { restartAt: '2026-11-05T09:59:59Z' }, want: { pods: true } },
  {
    name: 'no pods after a restart',
    spec: { restartAt: '2026-11-05T09:59:59Z' },
    status: { restartedAt: '2026-11-05T09:59:59Z' },
  },
  {
    name: 'the pods that have labels by their part',
    spec: { strategy: { canary: { stableMetadata: { labels: { role: 'stable' } } } } },
    want: { pods: true },
  },
  {
    name: 'the Deployment whose pods are taken',
    spec: { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', scaleDown: 'onsuccess' } },
    want: {
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', scaleDown: 'onsuccess' },
      deployment: 'web',
    },
  },
])('$name', ({ spec, status, want }) => {
  const rollout = { ...aRollout(spec), ...(status && { status }) };
  expect(needs(rollout, NOW)).toStrictEqual({ ...NOTHING, ...want });
});

test('a virtual router of App Mesh is read once the virtual service names it', () => {
  const trafficRouting = {
    appMesh: {
      virtualService: { name: 'service' },
      virtualNodeGroup: { canaryVirtualNodeRef: { name: 'new' }, stableVirtualNodeRef: { name: 'old' } },
    },
  };
  const rollout = aRollout({ strategy: { canary: { trafficRouting } } });
  const service = { kind: 'AppMeshVirtualService', namespace: 'shop', name: 'service' };
  const nodes = ['old', 'new'].map((name) => ({ kind: 'VirtualNode', namespace: 'shop', name }));
  expect(routesOf(rollout)).toStrictEqual([service, ...nodes]);
  const metadata = { namespace: 'shop', name: 'service' };
  const virtualRouterRef = { name: 'router', namespace: 'mesh' };
  const spec = { provider: { virtualRouter: { virtualRouterRef } } };
  const read = { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'AppMeshVirtualService', metadata, spec };
  const named = routesOf(rollout, ({ kind }) => (kind === read.kind ? read : undefined));
  expect(named).toStrictEqual([service, { kind: 'VirtualRouter', ...virtualRouterRef }, ...nodes]);
});
