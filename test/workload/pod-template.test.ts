import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withDefaults } from '../../lib/workload/pod-template-defaults.ts';
import { isPodTemplateEqual } from '../../lib/workload/pod-template-equal.ts';
import { podTemplateHash } from '../../lib/workload/pod-template-hash.ts';
import { podTemplateJson, STRUCTURES } from '../../lib/workload/pod-template-json.ts';
import type { PodTemplate } from '../../lib/model/pod-template.ts';

/** A pod with these fields. */
function aPod(spec: Readonly<Record<string, unknown>>, metadata?: PodTemplate['metadata']): PodTemplate {
  return { ...(metadata && { metadata }), spec: { containers: [{ name: 'main', image: 'a:1' }], ...spec } };
}

function aContainer(fields: Readonly<Record<string, unknown>>): PodTemplate {
  return aPod({ containers: [{ name: 'main', image: 'a:1', ...fields }] });
}

describe('podTemplateJson', () => {
  test.each([
    { name: 'nothing at all', template: {}, want: '{"metadata":{},"spec":{"containers":null}}' },
    {
      name: 'a pointer that must be there',
      template: aPod({ containers: [], volumes: [{ name: 'v', scaleIO: { gateway: 'g', system: 's' } }] }),
      want: '{"metadata":{},"spec":{"volumes":[{"name":"v","scaleIO":{"gateway":"g","system":"s","secretRef":null}}],"containers":[]}}',
    },
    {
      name: 'a quantity that must be there, and one that is null',
      template: aPod({
        containers: [],
        overhead: { cpu: null },
        volumes: [{ name: 'v', downwardAPI: { items: [{ path: 'p', resourceFieldRef: { resource: 'limits.cpu' } }] } }],
      }),
      want: '{"metadata":{},"spec":{"volumes":[{"name":"v","downwardAPI":{"items":[{"path":"p","resourceFieldRef":{"resource":"limits.cpu","divisor":"0"}}]}}],"containers":[],"overhead":{"cpu":"0"}}}',
    },
    {
      name: 'a quantity that is none',
      template: aPod({ containers: [], overhead: { cpu: 'much' } }),
      want: '{"metadata":{},"spec":{"containers":[],"overhead":{"cpu":"much"}}}',
    },
  ])('$name', ({ template, want }) => {
    expect(podTemplateJson(template)).toBe(want);
  });
});

describe('podTemplateHash', () => {
  test('a hash among the labels is no part of it', () => {
    const labels = { app: 'a' };
    const hashed = { labels: { ...labels, 'rollouts-pod-template-hash': 'xyz' } };
    expect(podTemplateHash(aPod({}, hashed))).toBe(podTemplateHash(aPod({}, { labels })));
  });

  test('the order of fields and labels does not matter', () => {
    const left = aPod({ hostname: 'h', nodeName: 'n' }, { labels: { a: '1', b: '2' } });
    const right = aPod({ nodeName: 'n', hostname: 'h' }, { labels: { b: '2', a: '1' } });
    expect(podTemplateHash(left)).toBe(podTemplateHash(right));
  });

  test('it makes no words, and is a label', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.nat(), { nil: undefined }), (hostname, collisionCount) => {
        expect(podTemplateHash(aPod({ hostname }), collisionCount)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
      }),
    );
  });
});

describe('isPodTemplateEqual', () => {
  test.each([
    { name: 'defaults of a pod', live: withDefaults(aPod({})), desired: aPod({}), want: true },
    { name: 'no defaults at all', live: aPod({}), desired: aPod({}), want: false },
    {
      name: 'no containers',
      live: withDefaults(aPod({ containers: null })),
      desired: aPod({ containers: [] }),
      want: true,
    },
    {
      name: 'quantities by what they are worth',
      live: withDefaults(aContainer({ resources: { limits: { cpu: '1', memory: '1073741824', gpu: '0' } } })),
      desired: aContainer({ resources: { limits: { cpu: '1000m', memory: '1Gi', gpu: '0m' } } }),
      want: true,
    },
    {
      name: 'quantities of more than thousandths',
      live: withDefaults(aContainer({ resources: { limits: { cpu: '2m' } } })),
      desired: aContainer({ resources: { limits: { cpu: '1100u' } } }),
      want: true,
    },
    {
      name: 'a quantity that is none',
      live: withDefaults(aContainer({ resources: { limits: { cpu: 'much' } } })),
      desired: aContainer({ resources: { limits: { cpu: 'much' } } }),
      want: true,
    },
    {
      name: 'another image',
      live: withDefaults(aContainer({ image: 'a:2' })),
      desired: aContainer({ image: 'a:1' }),
      want: false,
    },
    {
      name: 'the old name of the service account',
      live: withDefaults(aPod({ serviceAccountName: 'sa', serviceAccount: 'sa' })),
      desired: aPod({ serviceAccountName: 'sa' }),
      want: true,
    },
  ])('$name', ({ live, desired, want }) => {
    expect(isPodTemplateEqual(live as PodTemplate, desired)).toBe(want);
  });
});

describe('withDefaults', () => {
  test.each([
    { image: 'a', want: 'Always' },
    { image: 'a:latest', want: 'Always' },
    { image: 'a:1', want: 'IfNotPresent' },
    { image: 'registry.example.com:5000/a', want: 'Always' },
    { image: 'registry.example.com:5000/a:1', want: 'IfNotPresent' },
    { image: 'a@sha256:0123', want: 'IfNotPresent' },
    { image: undefined, want: 'IfNotPresent' },
  ])('an image $image is pulled $want', ({ image, want }) => {
    expect(withDefaults(aContainer({ image }))).toMatchObject({ spec: { containers: [{ imagePullPolicy: want }] } });
  });

  test.each([
    { name: 'what is set stays', fields: { livenessProbe: { periodSeconds: 5 } }, want: { periodSeconds: 5 } },
    { name: 'zero is not set', fields: { livenessProbe: { periodSeconds: 0 } }, want: { periodSeconds: 10 } },
    {
      name: 'behind a pointer nothing is',
      fields: { livenessProbe: { grpc: { port: 9 } } },
      want: { grpc: { service: '' } },
    },
    {
      name: 'a path',
      fields: { livenessProbe: { httpGet: { port: 80 } } },
      want: { httpGet: { path: '/', scheme: 'HTTP' } },
    },
  ])('$name', ({ fields, want }) => {
    expect(withDefaults(aContainer(fields))).toMatchObject({ spec: { containers: [{ livenessProbe: want }] } });
  });

  test.each([
    { volume: { name: 'v' }, want: { emptyDir: {} } },
    { volume: { name: 'v', hostPath: { path: '/' } }, want: { hostPath: { type: '' } } },
    { volume: { name: 'v', secret: { secretName: 's' } }, want: { secret: { defaultMode: 420 } } },
    { volume: { name: 'v', secret: { defaultMode: 0 } }, want: { secret: { defaultMode: 0 } } },
  ])('a volume $volume', ({ volume, want }) => {
    expect(withDefaults(aPod({ volumes: [volume] }))).toMatchObject({ spec: { volumes: [want] } });
  });
});

/** A value of every shape that a field may have by mistake. */
const SHAPES = ['text', 7, true, [], ['text'], [[]], [{ name: 'n' }], {}, { name: 'n' }, { a: { b: [] } }, null];

test.each([
  [
    'a field of a container',
    [...fieldsOf('Container')],
    (name: string, value: unknown) => aContainer({ [name]: value }),
  ],
  ['a field of the pod', [...fieldsOf('PodSpec')], (name: string, value: unknown) => aPod({ [name]: value })],
  [
    'a field of an environment variable',
    [...fieldsOf('EnvVar')],
    (name: string, value: unknown) => aContainer({ env: [{ name: 'A', [name]: value }] }),
  ],
  ['metadata', ['labels', 'annotations'], (name: string, value: unknown) => ({ metadata: { [name]: value } })],
  ['metadata or spec', ['metadata', 'spec'], (name: string, value: unknown) => ({ [name]: value })],
] as const)('%s of any shape can be hashed and compared: the API server is to judge it', (_where, names, make) => {
  for (const name of names) {
    for (const shape of SHAPES) {
      const template = make(name, shape) as PodTemplate;
      expect(podTemplateHash(template), `${name}: ${JSON.stringify(shape)}`).toMatch(/^[a-z0-9]{1,10}$/);
      expect(isPodTemplateEqual(template, template)).toBeTypeOf('boolean');
    }
  }
});

test('a map in place of a list is written as it stands', () => {
  expect(podTemplateJson(aContainer({ env: { MODE: 'canary' } }))).toContain('"env":{"MODE":"canary"}');
});

function fieldsOf(structure: string): readonly string[] {
  return (STRUCTURES.get(structure) ?? []).map(({ name }) => name);
}
