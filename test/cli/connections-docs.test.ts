import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readServeSettings } from '../../lib/cli/serve-settings.ts';
import { connectionFields } from '../../lib/model/connection.ts';
import { PROVIDER_ROWS, type ProviderField } from '../../lib/model/provider-rows.ts';
import type { ProviderRow } from '../../lib/model/provider-row.ts';

const page = await readFile('docs/connections.md', 'utf8');

test('the example of docs/connections.md is one that assay serve takes', async () => {
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  const path = join(await mkdtemp(join(tmpdir(), 'assay-')), 'settings.yaml');
  await writeFile(path, example);
  const { connections = [] } = await readServeSettings(path);
  expect(connections.length).toBeGreaterThan(5);
});

test('docs/connections.md has every field and every provider', () => {
  const fields = Object.keys(connectionFields.connections.unwrap().element.shape);
  expect(fields.filter((field) => !new RegExp(`^\\|.*\`${field}[.\`]`, 'm').test(page))).toEqual([]);
  const providers = (Object.entries(PROVIDER_ROWS) as [ProviderField, ProviderRow][]).flatMap(([field, row]) =>
    row.asksNobody === true || row.isUnread === true ? [] : [field],
  );
  const [, listed = ''] = /^\| `provider` \|(.*)$/m.exec(page) ?? [];
  expect(providers.filter((field) => !listed.includes(`\`${field}\``))).toEqual([]);
});
