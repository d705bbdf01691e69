import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintText } from '../../lib/lint/lint-text.ts';
import { RULE_LIST } from '../../lib/lint/rules/registry.ts';

const PAGE = readFileSync('docs/lint.md', 'utf8');

/** What stands under `### name`, up to the next heading. */
function sectionOf(name: string): string {
  const [, section = ''] = PAGE.split(`\n### ${name}\n`);
  return section.split('\n#')[0] ?? '';
}

const examplesIn = (section: string) => [...section.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);

/** A snippet is a file, the inside of `spec`, or a list of metrics. */
function fileOf(snippet: string): string {
  if (snippet.startsWith('apiVersion:')) return snippet;
  const spec = snippet.startsWith('- ') ? `metrics:\n${snippet.replaceAll(/^/gm, '  ')}` : snippet;
  const head = 'apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: t}\nspec:\n';
  return head + spec.replaceAll(/^/gm, '  ');
}

/** What the examples refer to without having it in them. */
const OTHER = fileOf(
  "- {name: m, successCondition: result.ok, provider: {web: {url: 'https://shop.example.com/health'}}}",
);
const others = [{ path: 'other.yaml', text: OTHER.replace('name: t}', 'name: success-rate}') }];

const lint = (text: string) => lintText({ path: 't.yaml', text }, { others, settings: { plugins: [] } });

test('the page has each rule of the table, in its order, and no other', () => {
  const rows = [...PAGE.matchAll(/^\| \[([a-z-]+)\]\(#\1\) \| (\w+) \| (.*) \| (\d+) \|$/gm)].map(
    ([, name, severity, summary, count]) => ({ name, severity, summary, count }),
  );
  expect(rows).toEqual(
    RULE_LIST.map(({ name, rule: { severity, summary } }) => ({ name, severity, summary, count: '0' })),
  );
  expect([...PAGE.matchAll(/^### (.*)$/gm)].map(([, name]) => name)).toEqual(RULE_LIST.map(({ name }) => name));
});

test('each rule is a file of its name, and each file is a rule', () => {
  const files = readdirSync('lib/lint/rules').filter((file) => file !== 'registry.ts');
  expect(files).toEqual(RULE_LIST.map(({ name }) => `${name}.ts`).toSorted());
});

describe.each(RULE_LIST)('$name', ({ name }) => {
  const [bad = '', good] = examplesIn(sectionOf(name));

  test('its example has the fault', () => {
    expect(lint(fileOf(bad)).map(({ rule }) => rule)).toContain(name);
  });

  if (good === undefined) return;
  test('what to write instead has nothing to mend', () => {
    expect(lint(fileOf(good))).toEqual([]);
  });
});

test('no rule finds anything in the examples of this repository', () => {
  const files = readdirSync('examples', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const sources = files.map((name) => ({ path: name, text: readFileSync(join('examples', name), 'utf8') }));
  expect(sources.length).toBeGreaterThan(5);
  expect(sources.flatMap((source) => lintText(source, { others: sources }))).toEqual([]);
});
