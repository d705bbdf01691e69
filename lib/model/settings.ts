import { AssayError } from './errors.ts';
import { type HostPort, parseHostPort } from './host-port.ts';

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable of the environment. What is blank is not set. */
export interface Setting<T> {
  readonly name: string;
  readonly meaning: string;
  /** As it would stand in the environment; undefined: it must be set. */
  readonly byDefault?: string;
  /** Undefined where the text is not what `expected` says. */
  readonly parse: (text: string) => T | undefined;
  readonly expected: string;
}

/** A setting that need not be set, and has no default. */
export interface OptionalSetting<T> extends Omit<Setting<T>, 'byDefault'> {
  readonly isOptional: true;
}

export type SettingsTable = Readonly<Record<string, Setting<unknown> | OptionalSetting<unknown>>>;

/** What a table of settings reads. */
export type SettingsOf<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionalSetting<infer T>
    ? T | undefined
    : Table[Name] extends Setting<infer T>
      ? T
      : never;
};

export function textSetting(name: string, meaning: string, byDefault?: string): Setting<string> {
  return settingOf({ name, meaning, parse: (given) => given, expected: 'a text' }, byDefault);
}

/** A whole number; by default from 0 on. */
export function countSetting(
  name: string,
  meaning: string,
  byDefault: number,
  [least, most]: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER],
): Setting<number> {
  const parse = (given: string): number | undefined => {
    const value = Number(given);
    return /^\d+$/.test(given) && value >= least && value <= most ? value : undefined;
  };
  const range = most === Number.MAX_SAFE_INTEGER ? '' : ` from ${least} to ${most}`;
  return settingOf({ name, meaning, parse, expected: `a whole number${range}` }, String(byDefault));
}

/** Words between commas; none by default. */
export function wordsSetting(name: string, meaning: string): Setting<readonly string[]> {
  return settingOf({ name, meaning, parse: parseWords, expected: 'words between commas' }, ',');
}

function parseWords(given: string): readonly string[] {
  return given
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** `true` or `false`, which is the default. */
export function flagSetting(name: string, meaning: string): Setting<boolean> {
  return settingOf({ name, meaning, parse: parseFlag, expected: 'true or false' }, 'false');
}

function parseFlag(given: string): boolean | undefined {
  return given === 'true' || (given === 'false' ? false : undefined);
}

export function addressSetting(name: string, meaning: string, byDefault: string): Setting<HostPort> {
  return settingOf({ name, meaning, parse: parseHostPort, expected: 'host:port or :port' }, byDefault);
}

export function optionalSetting(name: string, meaning: string): OptionalSetting<string> {
  return { name, meaning, parse: (given) => given, expected: 'a text', isOptional: true };
}

/** Reads what a table asks for. @throws AssayError ASSAY_SETTING_INVALID, which names every setting that is wrong */
export function readSettingsOf<Table extends SettingsTable>(table: Table, environment: Environment): SettingsOf<Table> {
  const problems: string[] = [];
  const read = (setting: Setting<unknown> | OptionalSetting<unknown>): unknown => {
    const { name, meaning, parse, expected } = setting;
    const given = environment[name]?.trim() || ('byDefault' in setting ? setting.byDefault : undefined);
    if (given === undefined && 'isOptional' in setting) return undefined;
    const value = given === undefined ? undefined : parse(given);
    if (given === undefined) problems.push(`${name}: not set; it is ${meaning}`);
    else if (value === undefined) problems.push(`${name}: expected ${expected}, got ${JSON.stringify(given)}`);
    return value;
  };
  const settings = Object.fromEntries(Object.entries(table).map(([field, setting]) => [field, read(setting)]));
  if (problems.length > 0) throw new AssayError('ASSAY_SETTING_INVALID', problems.join('; '));
  return settings as SettingsOf<Table>;
}

function settingOf<T>(setting: Setting<T>, byDefault: string | undefined): Setting<T> {
  return byDefault === undefined ? setting : { ...setting, byDefault };
}
