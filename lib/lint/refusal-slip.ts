import type { Slip } from './rule.ts';

/**
 * What is said of a refused field of a `spec`, at the field that it begins with:
 * `spec.strategy.canary.steps[1].setWeight: Invalid value: …`. What is in brackets may be a key, too: `plugins[acme/router]`.
 */
export function refusalSlip(text: string): Pick<Slip, 'keys' | 'message'> {
  const [prefix = '', path] = /^(spec(?:\.\w+|\[[^\]]+\])*): /.exec(text) ?? [];
  if (path === undefined) return { keys: ['spec'], message: text };
  const keys = [...path.matchAll(/\[([^\]]+)\]|\w+/g)].map(([word, key = word]) =>
    /^\d+$/.test(key) ? Number(key) : key,
  );
  return { keys, message: text.slice(prefix.length) };
}
