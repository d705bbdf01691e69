import { expect, test } from 'vitest';
import { lintText } from '../../lib/lint/lint-text.ts';

const rollout = (strategy: string, more = ''): string => `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: shop, image: shop}]}}
  strategy: ${strategy}${more && `\n  ${more}`}
`;
const SPLIT = 'canaryService: canary, stableService: stable, trafficRouting:';

test.each<{ name: string; text: string; want: readonly string[] }>([
  { name: 'one that is right', text: rollout('{canary: {steps: [{setWeight: 20}, {pause: {}}]}}'), want: [] },
  {
    name: 'a value of another type; what is wrong without it is not told',
    text: rollout('{canary: {steps: [{setWeight: "20"}]}}'),
    want: ['7:43 error wrong-type spec.strategy.canary.steps[0].setWeight: expected an integer, got "20"'],
  },
  {
    name: 'a pause that is no object',
    text: rollout('{canary: {steps: [{pause: 10m}]}}'),
    want: ['7:39 error wrong-type spec.strategy.canary.steps[0].pause: expected an object, got "10m"'],
  },
  {
    name: 'a field of nearly the right name, to its name',
    text: rollout('{canary: {}}', 'progressDeadlineSecond: 60'),
    want: [
      '8:3 warning unknown-field spec.progressDeadlineSecond: unknown field "progressDeadlineSecond" (did you mean',
    ],
  },
  {
    name: 'a field that must be there',
    text: rollout('{blueGreen: {activeServce: shop}}'),
    want: [
      '7:14 error missing-field spec.strategy.blueGreen.activeService: required, but missing',
      '7:26 warning unknown-field spec.strategy.blueGreen.activeServce: unknown field',
    ],
  },
  {
    name: 'a field with nothing behind it',
    text: rollout('{canary: {}}', 'minReadySeconds:'),
    want: ['8:3 warning empty-field spec.minReadySeconds: there is nothing behind it'],
  },
  {
    name: 'each step of a plugin',
    text: rollout('{canary: {steps: [{plugin: {name: a/b}}, {setWeight: 20}, {plugin: {name: a/c}}]}}'),
    want: [
      '7:32 warning rollout-unsupported spec.strategy.canary.steps[0].plugin: Forbidden: Assay has no step plugins',
      '7:72 warning rollout-unsupported spec.strategy.canary.steps[2].plugin: Forbidden: Assay has no step plugins',
    ],
  },
  {
    name: 'a traffic router of a plugin',
    text: rollout(`{canary: {${SPLIT} {plugins: {acme/router: {}}}}}`),
    want: [
      '7:96 warning rollout-unsupported spec.strategy.canary.trafficRouting.plugins["acme/router"]: Forbidden: Assay runs no plugins; built in: argoproj-labs/gatewayAPI. Choose a router that is built in, or leave the Rollout to Argo\'s controller',
    ],
  },
  {
    name: 'no traffic router that there is',
    text: rollout(`{canary: {${SPLIT} {nginx: {stableIngress: shop}, maxTrafficWeight: 100}}}`),
    want: [],
  },
  {
    name: "what Argo's own rules refuse, once the schema is kept",
    text: rollout('{canary: {steps: [{setWeight: 120}]}}'),
    want: ['error rollout-invalid spec.strategy.steps[0].setWeight: Invalid value: 120'],
  },
])('$name', ({ text, want }) => {
  const found = lintText({ path: 'rollout.yaml', text }).map(
    ({ range: { start }, severity, rule, path, message }) =>
      `${start.line}:${start.column} ${severity} ${rule} ${path}: ${message}`,
  );
  expect(found).toEqual(want.map((begin) => expect.stringContaining(begin) as string));
});
