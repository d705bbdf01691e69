import { expect, test } from 'vitest';
import { EditedText } from '../../lib/lsp/edited-text.ts';
import { symbolsOf } from '../../lib/lsp/symbols.ts';

const SOURCE = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: one}
spec:
  args: [{name: a}]
  metrics:
    - name: errors
      interval: 5m
    - interval: 5m
---
apiVersion: v1
kind: ConfigMap
---
kind: List
apiVersion: v1
items:
  - apiVersion: argoproj.io/v1alpha1
    kind: Experiment
    metadata: {name: two}
    spec: {templates: [{name: canary}], analyses: [{name: check}]}
`;

test('resources, and in each what it lists', () => {
  const shown = symbolsOf(new EditedText('file:///a.yaml', SOURCE)).map(({ name, children }) => ({
    name,
    has: children?.map((child) => `${child.detail} ${child.name}`),
  }));
  expect(shown).toEqual([
    { name: 'one', has: ['argument a', 'metric errors', 'metric metric 1'] },
    { name: 'two', has: ['template canary', 'analysis check'] },
  ]);
});

test('a name is selected within its whole', () => {
  const text = new EditedText('file:///a.yaml', SOURCE);
  const metric = symbolsOf(text)[0]?.children?.[1];
  expect(metric).toMatchObject({ range: { start: { line: 6, character: 6 } }, selectionRange: { start: { line: 6 } } });
});
