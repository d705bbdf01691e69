import { describe, expect, test } from 'vitest';
import { metadataAt } from '../../lib/analysis/field-path.ts';
import { buildRolloutArguments, type RolloutArgument } from '../../lib/rollout/analysis-arguments.ts';

const metadata = {
  name: 'shop',
  namespace: 'prod',
  uid: 'u1',
  labels: { app: 'shop', 'a/b': 'c"d' },
  annotations: { Note: 'hi' },
};
const NAME_RULE = "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('metadataAt', () => {
  test.each([
    { path: 'metadata.name', want: 'shop' },
    { path: 'metadata.namespace', want: 'prod' },
    { path: 'metadata.uid', want: 'u1' },
    { path: "metadata.labels['app']", want: 'shop' },
    { path: "metadata.labels['toString']", want: '' },
    { path: "metadata.annotations['Note']", want: 'hi' },
    { path: 'metadata.labels', want: 'a/b="c\\"d"\napp="shop"' },
    { path: 'metadata.annotations', want: 'Note="hi"' },
  ])('$path', ({ path, want }) => {
    expect(metadataAt(metadata, path)).toBe(want);
  });

  test.each(['name', 'namespace', 'uid', 'labels', 'annotations', "labels['a']", "annotations['a']"])(
    'metadata.%s of nothing is empty',
    (field) => {
      expect(metadataAt({}, `metadata.${field}`)).toBe('');
    },
  );

  test.each([
    { path: 'metadata.generation', want: 'unsupported fieldPath: metadata.generation' },
    { path: "['x']", want: "unsupported fieldPath: ['x']" },
    { path: "metadata.name['x']", want: `fieldPath "metadata.name['x']" does not support subscript` },
    { path: "metadata.labels['']", want: 'name part must be non-empty;name part must consist of' },
    { path: "metadata.labels['/x']", want: 'prefix part must be non-empty' },
    { path: "metadata.labels['X/x']", want: 'prefix part a lowercase RFC 1123 subdomain must consist of' },
    { path: `metadata.labels['${'a'.repeat(254)}/x']`, want: 'prefix part must be no more than 253 characters' },
    { path: `metadata.labels['${'a'.repeat(64)}']`, want: 'name part must be no more than 63 characters' },
    { path: "metadata.labels['-']", want: NAME_RULE },
    { path: "metadata.labels['a/b/c']", want: `${NAME_RULE} with an optional DNS subdomain prefix and '/'` },
  ])('$path is refused', ({ path, want }) => {
    expect(() => metadataAt(metadata, path)).toThrow(want);
  });
});

const at = (fieldPath: string) => ({ name: 'a', valueFrom: { fieldRef: { fieldPath } } });

describe('buildRolloutArguments', () => {
  const rollout = {
    metadata,
    spec: { replicas: 0, paused: false, strategy: { canary: { steps: [{ setWeight: 20 }], canaryService: '' } } },
    status: { replicas: 0, HPAReplicas: 2_000_000, abort: true, currentStepIndex: 0 },
  };
  const hashes = { latest: 'new', stable: 'old' };
  const build = (...args: RolloutArgument[]) => buildRolloutArguments(args, hashes, rollout);

  test.each([
    { path: 'spec.replicas', want: '0' },
    { path: 'spec.strategy.canary.steps[0].setWeight', want: '20' },
    { path: 'status.abort', want: 'true' },
    { path: 'status.HPAReplicas', want: '2e+06' },
    { path: 'status.currentStepIndex', want: '0' },
    { path: 'metadata.name', want: 'shop' },
  ])('$path', ({ path, want }) => {
    expect(build(at(path))).toStrictEqual({ args: [{ name: 'a', value: want }] });
  });

  test.each([
    { path: 'spec.paused', want: 'invalid path spec.paused in rollout' },
    { path: 'status.replicas', want: 'invalid path status.replicas in rollout' },
    { path: 'spec.nope.deeper', want: 'invalid path spec.nope.deeper in rollout' },
    { path: 'spec.toString', want: 'invalid path spec.toString in rollout' },
    { path: 'spec.strategy.canary.steps[x]', want: "invalid index 'x'" },
    { path: 'spec.strategy.canary.steps[+-1]', want: "invalid index '+-1'" },
    { path: 'spec.strategy.canary.steps[9223372036854775808]', want: "invalid index '9223372036854775808'" },
    { path: 'spec.strategy.canary.steps[9223372036854775807]', want: 'index 9223372036854775807 out of range' },
    { path: 'spec.strategy.canary.steps[1]', want: 'index 1 out of range' },
    { path: 'spec.strategy.canary.steps[-1]', want: 'index -1 out of range' },
    { path: 'status.blueGreen', want: 'path status.blueGreen in rollout must terminate in a primitive value' },
    { path: 'spec.strategy.canary.steps', want: 'must terminate in a primitive value' },
  ])('$path leaves the value empty, and says why', ({ path, want }) => {
    expect(build(at(path))).toStrictEqual({
      args: [{ name: 'a', value: '' }],
      problem: expect.stringContaining(want) as string,
    });
  });

  test('hashes, values, and nothing', () => {
    const given = [
      { name: 'l', valueFrom: { podTemplateHashValue: 'Latest' } },
      { name: 's', value: 'lost', valueFrom: { podTemplateHashValue: 'Stable' } },
      { name: 'o', value: 'kept', valueFrom: { podTemplateHashValue: 'Other' } },
      { name: 'v', value: 'x' },
      { name: 'n' },
    ];
    const values = build(...given).args.map(({ value }) => value);
    expect(values).toStrictEqual(['new', 'old', 'kept', 'x', '']);
  });

  test('the last path decides whether there is a problem', () => {
    expect(build(at('nope'), at('spec.replicas'))).not.toHaveProperty('problem');
    expect(build(at('nope'), at('metadata.name'))).not.toHaveProperty('problem');
  });

  test('a path into the metadata that is not supported is refused at once', () => {
    expect(() => build(at('metadata.nope'))).toThrow('unsupported fieldPath: metadata.nope');
  });
});
