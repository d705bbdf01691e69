import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-webhook-'));
  file = join(folder, 'webhook.mjs');
  execFileSync(process.execPath, ['infra/cluster/build-webhook.ts', file]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('the webhook carries no schema library, and loads without it', () => {
  expect(readFileSync(file, 'utf8')).not.toContain('ZodError');
  const { status, stdout } = spawnSync(process.execPath, [file], { env: {}, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toMatchObject({ code: 'ASSAY_SETTING_INVALID' });
  expect(status).toBe(78);
});
