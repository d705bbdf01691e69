import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintText } from '../../lib/lint/lint-text.ts';
import type { ProviderRow } from '../../lib/model/provider-row.ts';
import { PROVIDER_ROWS } from '../../lib/model/provider-rows.ts';

const PAGE = readFileSync('docs/providers.md', 'utf8');
const sections = new Map(
  PAGE.split('\n## ').map((section) => [/^[^\n]*\(`(\w+)`\)/.exec(section)?.[1] ?? '', section] as const),
);
const read = Object.entries<ProviderRow>(PROVIDER_ROWS).filter(([, { isUnread }]) => isUnread !== true);

test('docs/providers.md has every provider of the table, and no other', () => {
  expect([...sections.keys()].filter((field) => field !== '').toSorted()).toEqual(
    Object.keys(PROVIDER_ROWS).toSorted(),
  );
});

test.each(read)('the template of %s has nothing to mend', (field) => {
  const [, template = ''] = /```yaml\n([^]*?)```/.exec(sections.get(field) ?? '') ?? [];
  expect(template).toContain(`        ${field}:\n`);
  expect(lintText({ path: 't.yaml', text: template })).toEqual([]);
});
