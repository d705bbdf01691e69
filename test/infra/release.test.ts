import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { notesOf, versionsOf, whatKeepsFromRelease } from '../../infra/release/check-release.ts';
import { CHECKSUMS, checksumsOf } from '../../infra/release/checksums.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n## 1.2.0 (2026-11-30)\n\n- New.\n\n## 1.1.0 (2026-10-01)\n\n- Old.\n';
const VERSIONS = { 'package.json': '1.2.0', 'package-lock.json': '1.2.0' };

describe('a tag is released only where everything says the same', () => {
  test.each<{ name: string; tag?: string; versions?: Readonly<Record<string, string>>; log?: string; wrong: string[] }>(
    [
      { name: 'it does', wrong: [] },
      { name: 'no v', tag: '1.2.0', wrong: ['the tag 1.2.0 is no version: v1.2.3 is'] },
      { name: 'no version', tag: 'v1.2', wrong: ['the tag v1.2 is no version: v1.2.3 is'] },
      {
        name: 'another tag',
        tag: 'v1.3.0',
        wrong: [
          'package.json says 1.2.0, the tag 1.3.0',
          'package-lock.json says 1.2.0, the tag 1.3.0',
          'CHANGELOG.md has 1.2.0 as its newest, the tag 1.3.0',
        ],
      },
      {
        name: 'a package that was not raised',
        versions: { ...VERSIONS, 'package.json': '1.1.0' },
        wrong: ['package.json says 1.1.0, the tag 1.2.0'],
      },
      {
        name: 'a chart of another version',
        versions: { ...VERSIONS, 'infra/chart/Chart.yaml (appVersion)': '1.1.0' },
        wrong: ['infra/chart/Chart.yaml (appVersion) says 1.1.0, the tag 1.2.0'],
      },
      {
        name: 'an older version that the changelog has',
        tag: 'v1.1.0',
        versions: { 'package.json': '1.1.0' },
        wrong: ['CHANGELOG.md has 1.2.0 as its newest, the tag 1.1.0'],
      },
      {
        name: 'changes that no version has',
        log: CHANGELOG.replace('Unreleased\n', 'Unreleased\n\n- Not yet.\n'),
        wrong: ['CHANGELOG.md has changes under ## Unreleased: they belong to a version'],
      },
      {
        name: 'no place for the changes after it',
        log: CHANGELOG.replace('## Unreleased\n', ''),
        wrong: [
          'CHANGELOG.md does not begin with ## Unreleased',
          'CHANGELOG.md has 1.1.0 as its newest, the tag 1.2.0',
        ],
      },
      {
        name: 'a section without a date',
        log: CHANGELOG.replace(' (2026-11-30)', ''),
        wrong: ['CHANGELOG.md has no date for 1.2.0: ## 1.2.0 (2026-11-30)'],
      },
      {
        name: 'a day that no calendar has',
        log: CHANGELOG.replace('2026-11-30', '2026-11-31'),
        wrong: ['CHANGELOG.md has no date for 1.2.0: ## 1.2.0 (2026-11-30)'],
      },
      {
        name: 'a section that says nothing',
        log: CHANGELOG.replace('- New.', ''),
        wrong: ['CHANGELOG.md says nothing of 1.2.0'],
      },
    ],
  )('$name', ({ tag = 'v1.2.0', versions = VERSIONS, log = CHANGELOG, wrong }) => {
    expect(whatKeepsFromRelease({ tag, versions, changelog: log })).toEqual(wrong);
  });
});

test('the notes of a release are its section of the changelog', () => {
  expect([notesOf(CHANGELOG, '1.2.0'), notesOf(CHANGELOG, '1.1.0'), notesOf(CHANGELOG, '9.0.0')]).toEqual([
    '- New.',
    '- Old.',
    undefined,
  ]);
});

test('this checkout has one version, which its changelog knows', () => {
  const versions = Object.values(versionsOf(ROOT));
  expect(new Set(versions).size).toBe(1);
  expect(notesOf(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), versions[0] ?? '')).toMatch(/^- /);
});

describe('checksums', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-checksums-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are what sha256sum reads, of every file but themselves', () => {
    expect(() => checksumsOf(folder)).toThrow('has no files');
    writeFileSync(join(folder, 'b.tgz'), 'b');
    writeFileSync(join(folder, 'a.tgz'), 'a');
    writeFileSync(join(folder, CHECKSUMS), checksumsOf(folder));
    const said = execFileSync('sha256sum', ['--check', '--strict', CHECKSUMS], { cwd: folder, encoding: 'utf8' });
    expect(said).toBe('a.tgz: OK\nb.tgz: OK\n');
    expect(checksumsOf(folder)).toBe(readFileSync(join(folder, CHECKSUMS), 'utf8'));
    writeFileSync(join(folder, 'a.tgz'), 'changed');
    expect(() => execFileSync('sha256sum', ['--check', CHECKSUMS], { cwd: folder, stdio: 'pipe' })).toThrow(
      'did NOT match',
    );
  });
});
