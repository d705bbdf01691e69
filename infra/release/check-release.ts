import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** What has to agree before anything is published. */
export interface ReleaseFacts {
  /** The tag, `v0.2.0`. */
  readonly tag: string;
  /** Where a version stands, and which. */
  readonly versions: Readonly<Record<string, string>>;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
}

/** A section of the changelog; that of what is not released yet has no date. */
interface Section {
  readonly version: string;
  readonly date: string | undefined;
  readonly text: string;
}

const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** What keeps a tag from being released, a sentence each; nothing where all is well. */
export function whatKeepsFromRelease({ tag, versions, changelog }: ReleaseFacts): readonly string[] {
  const version = tag.replace(/^v/, '');
  if (!tag.startsWith('v') || !VERSION.test(version)) return [`the tag ${tag} is no version: v1.2.3 is`];

  const [unreleased, ...released] = sectionsOf(changelog);
  const first = released[0];
  const wrong = Object.entries(versions)
    .filter(([, one]) => one !== version)
    .map(([where, one]) => `${where} says ${one}, the tag ${version}`);
  if (unreleased?.version !== 'Unreleased') wrong.push('CHANGELOG.md does not begin with ## Unreleased');
  else if (unreleased.text !== '') wrong.push('CHANGELOG.md has changes under ## Unreleased: they belong to a version');
  if (first?.version !== version) {
    wrong.push(`CHANGELOG.md has ${first?.version ?? 'no version'} as its newest, the tag ${version}`);
  } else {
    if (!isDate(first.date)) wrong.push(`CHANGELOG.md has no date for ${version}: ## ${version} (2026-11-30)`);
    if (first.text === '') wrong.push(`CHANGELOG.md says nothing of ${version}`);
  }
  return wrong;
}

/** What the changelog says of a version, without its heading; nothing where it does not know it. */
export function notesOf(changelog: string, version: string): string | undefined {
  return sectionsOf(changelog).find((section) => section.version === version)?.text;
}

function sectionsOf(changelog: string): readonly Section[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [, version = '', date] = /^(\S+)(?: \((.*)\))?/.exec(section) ?? [];
      return { version, date, text: section.slice(section.indexOf('\n')).trim() };
    });
}

function isDate(text: string | undefined): boolean {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The versions of a checkout, by the file that says so. */
export function versionsOf(root: string): Readonly<Record<string, string>> {
  const text = (file: string): string => readFileSync(join(root, file), 'utf8');
  const versions: Record<string, string> = {};
  for (const file of ['package.json', 'package-lock.json']) {
    versions[file] = (JSON.parse(text(file)) as { readonly version: string }).version;
  }
  const chart = 'infra/chart/Chart.yaml';
  if (existsSync(join(root, chart))) {
    const { version, appVersion } = parse(text(chart)) as Readonly<Record<string, unknown>>;
    versions[`${chart} (version)`] = String(version);
    versions[`${chart} (appVersion)`] = String(appVersion);
  }
  return versions;
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, '../..');
  const [tag = '', ...options] = process.argv.slice(2);
  const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  const wrong = whatKeepsFromRelease({ tag, versions: versionsOf(root), changelog });
  for (const sentence of wrong) console.error(`release: ${sentence}`);
  if (wrong.length > 0) process.exitCode = 1;
  else if (options.includes('--notes')) console.log(notesOf(changelog, tag.slice(1)));
  else console.error(`release: ${tag} is what package, lockfile and changelog say`);
}
