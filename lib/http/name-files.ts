import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** What the files of this machine say about names. */
export interface NameFiles {
  /** Addresses by name in lower case, in the order of the file. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  readonly search: SearchRules;
  /** Changes with whatever says which servers are asked. */
  readonly version: string;
}

export interface SearchRules {
  /** What is put behind names, without dots at either end. */
  readonly domains: readonly string[];
  /** Names with so many dots are tried as they are first. */
  readonly dots: number;
}

/** In a pod a name may be asked with each of these behind it. */
const MOST_DOMAINS = 8;
const MOST_DOTS = 15;
const LONGEST_FILE = 4 * 1024 * 1024;

/** Reads them without the thread pool, where somebody else's work may be in the way. What is not there says nothing. */
export function readNameFiles(hostsFile = '/etc/hosts', resolverFile = '/etc/resolv.conf'): NameFiles {
  const resolver = readText(resolverFile);
  return { hosts: parseHosts(readText(hostsFile)), search: parseSearch(resolver), version: resolver };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(0, LONGEST_FILE);
  } catch {
    return '';
  }
}

/** @source hosts(5) */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = words(line);
    if (isIP(address) === 0) continue;
    for (const name of names.map((each) => each.toLowerCase())) {
      const known = hosts.get(name) ?? [];
      if (!known.includes(address)) hosts.set(name, [...known, address]);
    }
  }
  return hosts;
}

/** `search`, `domain` (the last line counts) and `options ndots:n`. @source resolv.conf(5) */
export function parseSearch(text: string): SearchRules {
  let domains: readonly string[] = [];
  let dots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = words(line.replace(/;.*/, ''));
    if (keyword === 'search' || keyword === 'domain') {
      domains = values.map((domain) => domain.replace(/^\.+|\.+$/g, '')).filter((domain) => domain !== '');
    }
    const option = keyword === 'options' ? values.findLast((value) => /^ndots:\d+$/.test(value)) : undefined;
    if (option !== undefined) dots = Math.min(Number(option.slice('ndots:'.length)), MOST_DOTS);
  }
  return { domains: domains.slice(0, MOST_DOMAINS), dots };
}

function words(line: string): string[] {
  return line
    .replace(/#.*/, '')
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** The names to ask for, in their order; a name that ends with a dot is whole. @source res_search of glibc */
export function candidatesOf(name: string, { domains, dots }: SearchRules): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const longer = domains.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= dots ? [name, ...longer] : [...longer, name];
}
